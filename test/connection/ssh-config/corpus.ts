/** Configurations as they have grown, each with names to look up. `DIR` stands for a folder with the files beside it. */
export interface Sample {
  readonly what: string
  readonly config: string
  readonly files?: Readonly<Record<string, string>>
  readonly hosts: readonly string[]
  /** Options of the command line. */
  readonly args?: readonly string[]
}

export const CORPUS: readonly Sample[] = [
  {
    what: 'the first value counts, from the special to the general',
    config: `
Host web1 web2
  HostName 10.0.0.1
  Port 2222
Host web*
  User deploy
  Port 22
Host *
  User nobody
  ConnectTimeout 7
  ServerAliveInterval 30
`,
    hosts: ['web1', 'web2', 'web3', 'db1', 'WEB1'],
  },
  {
    what: 'patterns with negation and question marks',
    config: `
Host *.example.com !bad.example.com
  User ops
Host db-? !db-9
  Port 2200
Host !web1
  ConnectTimeout 3
`,
    hosts: ['a.example.com', 'bad.example.com', 'db-1', 'db-9', 'db-10', 'web1', 'other'],
  },
  {
    what: 'equals signs, quotes, comments, blanks and case',
    config: `
# a comment
  # another
HOST=web1
  hostname = 10.0.0.9
  USER="dep loy"
\tport\t=\t2201
Host "web2" # with a comment
  IdentityFile "~/my keys/id"
  UserKnownHostsFile ~/a ~/b
  StrictHostKeyChecking=accept-new
`,
    hosts: ['web1', 'web2'],
  },
  {
    what: 'tokens',
    config: `
Host *.short
  HostName %h.example.com
Host *
  User ops
  IdentityFile ~/.ssh/%r@%h-%n
  IdentityFile %d/.ssh/second-%p-%u
  UserKnownHostsFile ~/.ssh/known_%k
  HostKeyAlias alias-of
`,
    hosts: ['web.short', 'web'],
  },
  {
    what: 'Match by host, original host, user and local user',
    config: `
Match originalhost web1
  HostName 10.1.1.1
Match host 10.1.1.1
  Port 2300
Match host 10.1.1.* user deploy
  ConnectTimeout 4
Match user deploy !host 10.1.1.1
  ConnectTimeout 5
Match localuser root,nobody
  ServerAliveInterval 11
Match localuser someone-else
  ServerAliveCountMax 9
Match all
  AddressFamily inet
`,
    hosts: ['web1', 'web2'],
    args: ['-o', 'User=deploy'],
  },
  {
    what: 'Match final is a second reading',
    config: `
Match final host 10.2.0.1
  Port 2400
Match final all
  User finally
Host web1
  HostName 10.2.0.1
Host web2
  User early
`,
    hosts: ['web1', 'web2', 'web3'],
  },
  {
    what: 'included files, within blocks and not',
    config: `
Include DIR/first DIR/d/*.conf
Host web1
  Include DIR/web1
Host web2
  Include DIR/blocks
Port 2600
`,
    files: {
      first: 'Host db1\n  Port 2500\n',
      'd/10.conf': 'Host *\n  ConnectTimeout 8\n',
      'd/20.conf': 'Host *\n  ConnectTimeout 9\n  User from-d\n',
      web1: 'HostName 10.3.0.1\n',
      blocks: 'Host web2\n  HostName 10.3.0.2\nHost web1\n  HostName 10.3.0.3\n',
    },
    hosts: ['web1', 'web2', 'db1', 'other'],
  },
  {
    what: 'jump hosts and commands: the first that is set counts',
    config: `
Host bastion
  ProxyJump none
Host inner
  ProxyCommand nc %h %p
Host direct
  ProxyCommand none
Host second
  ProxyJump none
Host *
  ProxyJump ops@bastion:2222,second
`,
    hosts: ['bastion', 'inner', 'direct', 'web1'],
  },
  {
    what: 'keys',
    config: `
Host web1
  IdentityFile ~/.ssh/a
  IdentitiesOnly yes
Host *
  IdentityFile ~/.ssh/b
  IdentityFile ~/.ssh/a
  PreferredAuthentications publickey,password
  ForwardAgent yes
  BindAddress 127.0.0.1
`,
    hosts: ['web1', 'web2'],
  },
  {
    what: 'the command line stands above all files',
    config: 'Host web1\n  Port 22\n  User file\n  ProxyJump bastion\n  ServerAliveInterval 1m30s\n',
    hosts: ['web1'],
    args: [
      '-p',
      '2700',
      '-lcmd',
      '-J',
      'other',
      '-4',
      '-o',
      'ConnectTimeout 12',
      '-oServerAliveCountMax=5',
      '-A',
    ],
  },
  {
    what: 'what a distribution brings',
    config: `
Host *
    SendEnv LANG LC_*
    HashKnownHosts yes
    GSSAPIAuthentication yes
`,
    hosts: ['web1'],
  },
  { what: 'nothing', config: '', hosts: ['web1', '::1', '10.0.0.1'] },
]
