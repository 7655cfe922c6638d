import { ps } from '../../shell/powershell/ps.ts'
import { type Probe, type ProbeKind, probe } from '../probe.ts'
import { windowsFields } from './rows.ts'

/** What a Windows machine is, by the names in {@link FIELDS}; texts as the host says them. */
export type WindowsMachine = Readonly<Record<(typeof FIELDS)[number], string>>

const FIELDS = [
  ...[
    'product',
    'build',
    'revision',
    'edition',
    'installation',
    'role',
    'architecture',
    'hostname',
    'domain',
  ],
  ...['computer', 'memory', 'free', 'processors', 'cpu', 'manufacturer', 'model', 'bios', 'uptime', 'guid'],
  ...['zone', 'powershell', 'user', 'profile', 'addresses', 'reboot', 'now', 'elevated', 'sid'],
] as const

const kind: ProbeKind<null, WindowsMachine> = {
  name: 'windows machine',
  subjects: 'anything',
  key: () => '',
  powershell: {
    // The registry and .NET, no CIM: it is slow, and broken on many hosts (facts/windows.md 4.2, 4.9).
    script:
      () => ps`function v($p,$n){$k=m_key $p;if($null -eq $k){return ''};$x=$k.GetValue($n,'');$k.Dispose();"$x"}
$c='HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$b='HKLM:\HARDWARE\DESCRIPTION\System\BIOS'
$i=[Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
$m=0;$e=0
try{Add-Type -AssemblyName Microsoft.VisualBasic;$x=New-Object Microsoft.VisualBasic.Devices.ComputerInfo;$m=$x.TotalPhysicalMemory;$e=$x.AvailablePhysicalMemory}catch{}
$a=@()
try{$a=@([Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces()|Where-Object{"$($_.OperationalStatus)" -eq 'Up'}|ForEach-Object{$_.GetIPProperties().UnicastAddresses}|ForEach-Object{"$($_.Address)"})}catch{}
$w=[Security.Principal.WindowsIdentity]::GetCurrent()
$z=[TimeZoneInfo]::Local.Id
$d=''
try{$d=(New-Object Security.Principal.WindowsPrincipal $w).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)}catch{}
foreach($x in (v $c 'ProductName'),(v $c 'CurrentBuild'),(v $c 'UBR'),(v $c 'EditionID'),(v $c 'InstallationType'),(v 'HKLM:\SYSTEM\CurrentControlSet\Control\ProductOptions' 'ProductType'),
  $env:PROCESSOR_ARCHITECTURE,$i.HostName,$i.DomainName,$env:COMPUTERNAME,$m,$e,[Environment]::ProcessorCount,
  (v 'HKLM:\HARDWARE\DESCRIPTION\System\CentralProcessor\0' 'ProcessorNameString'),(v $b 'SystemManufacturer'),(v $b 'SystemProductName'),(v $b 'BIOSVersion'),
  [long]([Diagnostics.Stopwatch]::GetTimestamp()/[Diagnostics.Stopwatch]::Frequency),(v 'HKLM:\SOFTWARE\Microsoft\Cryptography' 'MachineGuid'),
  $z,"$($PSVersionTable.PSVersion)",$w.Name,$env:USERPROFILE,($a -join ' '),((m_reboot) -join ' '),[DateTimeOffset]::UtcNow.ToUnixTimeSeconds(),$d,"$($w.User)"){f $x}`,
    read: (output) => {
      const fields = windowsFields(output, 'the machine')
      return [Object.fromEntries(FIELDS.map((name, at) => [name, fields[at] ?? ''])) as WindowsMachine]
    },
  },
}

/** What there is to know of the machine; asked anew after every action. */
export function windowsMachine(): Probe<WindowsMachine> {
  return probe(kind, null)
}
