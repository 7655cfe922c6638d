import { ps } from '../../shell/powershell/ps.ts'

/**
 * Prints what a Windows machine is, as fields. The registry and .NET, no CIM: it is slow, and broken on many hosts
 * (facts/windows.md 4.2, 4.9).
 */
export const WINDOWS_MACHINE = ps`function m_v($p,$n){$k=m_key $p;if($null -eq $k){return ''};$x=$k.GetValue($n,'');$k.Dispose();"$x"}
function m_f($n,$v){f $n;f $v}
$c='HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$b='HKLM:\HARDWARE\DESCRIPTION\System\BIOS'
m_f 'product' (m_v $c 'ProductName')
m_f 'build' (m_v $c 'CurrentBuild')
m_f 'revision' (m_v $c 'UBR')
m_f 'installation' (m_v $c 'InstallationType')
m_f 'role' (m_v 'HKLM:\SYSTEM\CurrentControlSet\Control\ProductOptions' 'ProductType')
m_f 'architecture' $env:PROCESSOR_ARCHITECTURE
$i=[Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
m_f 'hostname' $i.HostName
m_f 'domain' $i.DomainName
m_f 'computer' $env:COMPUTERNAME
try{
  Add-Type -AssemblyName Microsoft.VisualBasic
  $x=New-Object Microsoft.VisualBasic.Devices.ComputerInfo
  m_f 'memory' $x.TotalPhysicalMemory
  m_f 'free' $x.AvailablePhysicalMemory
}catch{}
m_f 'processors' ([Environment]::ProcessorCount)
m_f 'cpu' (m_v 'HKLM:\HARDWARE\DESCRIPTION\System\CentralProcessor\0' 'ProcessorNameString')
m_f 'vendor' (m_v $b 'SystemManufacturer')
m_f 'model' (m_v $b 'SystemProductName')
m_f 'bios' (m_v $b 'BIOSVersion')
m_f 'uptime' ([long]([Diagnostics.Stopwatch]::GetTimestamp()/[Diagnostics.Stopwatch]::Frequency))
m_f 'powershell' $PSVersionTable.PSVersion.Major
$w=[Security.Principal.WindowsIdentity]::GetCurrent()
m_f 'user' $env:USERNAME
m_f 'sid' $w.User
m_f 'profile' $env:USERPROFILE
try{foreach($n in [Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces()){
  if("$($n.OperationalStatus)" -eq 'Up'){foreach($x in $n.GetIPProperties().UnicastAddresses){m_f 'address' $x.Address}}
}}catch{}
m_f 'reboot' ((m_reboot) -join ' ')
foreach($x in [Environment]::GetEnvironmentVariables().GetEnumerator()){m_f 'variable' "$($x.Key)=$($x.Value)"}`
