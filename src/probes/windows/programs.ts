import { ps } from '../../shell/powershell/ps.ts'
import { sh } from '../../shell/sh.ts'
import { type Probe, type ProbeKind, probe } from '../probe.ts'
import { windowsRows } from './rows.ts'

/** A program as its set-up registered it (facts/windows.md 4.4). */
export interface InstalledProgram {
  /** The name of the key: the product code, in braces, for a Windows Installer package. */
  readonly id: string
  readonly name: string
  readonly version: string
  readonly publisher: string
  /** From Windows Installer. */
  readonly msi: boolean
  readonly uninstall: string
  readonly quietUninstall: string
  /** Of a bundle made by WiX, in braces; '' for others. */
  readonly upgradeCode: string
}

const COLUMNS = 8

const kind: ProbeKind<null, readonly InstalledProgram[]> = {
  name: 'installed programs',
  subjects: ['packages'],
  key: () => '',
  // Packages are asked for by their own kind on POSIX hosts.
  posix: { script: () => sh`:`, read: () => [[]] },
  powershell: {
    script:
      () => ps`foreach($b in @(@('LocalMachine','Registry64'),@('LocalMachine','Registry32'),@('CurrentUser','Registry64'))){
  $h=[Microsoft.Win32.RegistryKey]::OpenBaseKey($b[0],$b[1])
  $u=$h.OpenSubKey('SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall')
  if($null -eq $u){continue}
  foreach($n in $u.GetSubKeyNames()){
    $k=$null
    try{$k=$u.OpenSubKey($n)}catch{}
    if($null -eq $k){continue}
    f $n
    foreach($v in 'DisplayName','DisplayVersion','Publisher','WindowsInstaller','UninstallString','QuietUninstallString','BundleUpgradeCode'){f "$(@($k.GetValue($v,''))[0])"}
    $k.Dispose()
  }
}`,
    read: (output) => [
      windowsRows(output, 'installed programs', COLUMNS).map((row) => ({
        id: row[0] ?? '',
        name: row[1] ?? '',
        version: row[2] ?? '',
        publisher: row[3] ?? '',
        msi: row[4] === '1',
        uninstall: row[5] ?? '',
        quietUninstall: row[6] ?? '',
        upgradeCode: row[7] ?? '',
      })),
    ],
  },
}

/** All programs that are installed, of both registry views and of the user's own. */
export function installedPrograms(): Probe<readonly InstalledProgram[]> {
  return probe(kind, null)
}
