/*
 * The program of the test agent for Windows-like hosts: the service, and the command line. What the agent does is in
 * agent.ps1 beside it; this starts PowerShell with it, as a service or with the arguments that it was given.
 */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

static SERVICE_STATUS_HANDLE handle;
static SERVICE_STATUS status = { SERVICE_WIN32_OWN_PROCESS };
static HANDLE stop;
static wchar_t line[32000];

static void compose(const wchar_t *rest)
{
    wchar_t own[MAX_PATH], *end;
    GetModuleFileNameW(NULL, own, MAX_PATH);
    if ((end = wcsrchr(own, L'\\'))) *end = 0;
    swprintf(line, 32000, L"powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File \"%ls\\agent.ps1\" %ls", own, rest);
}

static BOOL start(PROCESS_INFORMATION *child)
{
    STARTUPINFOW si = { sizeof si };
    return CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, child);
}

static void report(DWORD state)
{
    status.dwCurrentState = state;
    status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
    SetServiceStatus(handle, &status);
}

static void WINAPI control(DWORD code)
{
    if (code == SERVICE_CONTROL_STOP || code == SERVICE_CONTROL_SHUTDOWN) SetEvent(stop);
}

static void WINAPI service(DWORD count, LPWSTR *words)
{
    PROCESS_INFORMATION child;
    HANDLE ends[2];
    DWORD code = 0;
    handle = RegisterServiceCtrlHandlerW(L"AmazonSSMAgent", control);
    stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    report(SERVICE_RUNNING);
    compose(L"-service");
    if (start(&child)) {
        ends[0] = stop;
        ends[1] = child.hProcess;
        if (WaitForMultipleObjects(2, ends, FALSE, INFINITE) == WAIT_OBJECT_0) TerminateProcess(child.hProcess, 0);
        else GetExitCodeProcess(child.hProcess, &code);
    } else code = 1;
    if (code) { status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR; status.dwServiceSpecificExitCode = code; }
    report(SERVICE_STOPPED);
}

int main(int count, char **words)
{
    SERVICE_TABLE_ENTRYW table[] = { { L"AmazonSSMAgent", service }, { NULL, NULL } };
    PROCESS_INFORMATION child;
    DWORD code = 1;
    wchar_t *rest = GetCommandLineW();
    if (count < 2) return StartServiceCtrlDispatcherW(table) ? 0 : 1;
    if (*rest == L'"') { for (rest++; *rest && *rest != L'"'; rest++); if (*rest) rest++; }
    else while (*rest && *rest != L' ') rest++;
    compose(rest);
    if (!start(&child)) return 1;
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    return code;
}
