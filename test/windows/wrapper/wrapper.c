/*
 * Stands in for WinSW on test hosts, whose Wine cannot run it: a service that reads NAME.xml beside NAME.exe and runs
 * <executable> with <arguments>, and with the variables of its own key's Environment, which Windows gives a service and
 * Wine does not. A stop sends Ctrl+Break and ends the program after 2 s. Started with a word it refuses, as WinSW does a
 * command that it does not know.
 */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

static SERVICE_STATUS_HANDLE handle;
static SERVICE_STATUS status = { SERVICE_WIN32_OWN_PROCESS };
static PROCESS_INFORMATION child;
static HANDLE stop;
static wchar_t line[33000];

static void report(DWORD state)
{
    status.dwCurrentState = state;
    status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
    SetServiceStatus(handle, &status);
}

/* The text of an element, its entities replaced; FALSE where there is none. */
static BOOL element(const char *xml, const char *name, char *to, size_t room)
{
    static const char *const entities[][2] = { { "&lt;", "<" }, { "&gt;", ">" }, { "&#34;", "\"" }, { "&#39;", "'" }, { "&quot;", "\"" }, { "&amp;", "&" } };
    char tag[40];
    const char *at;
    size_t i;
    snprintf(tag, sizeof tag, "<%s>", name);
    if (!(at = strstr(xml, tag))) return FALSE;
    for (at += strlen(tag); *at && *at != '<' && --room;) {
        for (i = 0; i < sizeof entities / sizeof *entities; i++) if (!strncmp(at, entities[i][0], strlen(entities[i][0]))) break;
        if (i < sizeof entities / sizeof *entities) { *to++ = *entities[i][1]; at += strlen(entities[i][0]); }
        else *to++ = *at++;
    }
    *to = 0;
    return TRUE;
}

static BOOL compose(void)
{
    static char xml[60000], program[1000], rest[30000], both[32000];
    wchar_t own[MAX_PATH], *dot;
    FILE *file;
    GetModuleFileNameW(NULL, own, MAX_PATH - 4);
    if ((dot = wcsrchr(own, L'.'))) wcscpy(dot, L".xml");
    if (!(file = _wfopen(own, L"rb"))) return FALSE;
    xml[fread(xml, 1, sizeof xml - 1, file)] = 0;
    fclose(file);
    if (!element(xml, "executable", program, sizeof program) || !element(xml, "arguments", rest, sizeof rest)) return FALSE;
    snprintf(both, sizeof both, "\"%s\" %s", program, rest);
    return MultiByteToWideChar(CP_UTF8, 0, both, -1, line, 33000) > 0;
}

static void environment(const wchar_t *name)
{
    static wchar_t key[600], values[16000];
    wchar_t *value, *equals;
    DWORD size = sizeof values - 4;
    swprintf(key, 600, L"System\\CurrentControlSet\\Services\\%ls", name);
    if (RegGetValueW(HKEY_LOCAL_MACHINE, key, L"Environment", RRF_RT_REG_MULTI_SZ, NULL, values, &size)) return;
    for (value = values; *value; value += wcslen(value) + 1) {
        if (!(equals = wcschr(value, L'='))) continue;
        *equals = 0;
        SetEnvironmentVariableW(value, equals + 1);
        value = equals + 1;
    }
}

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *context)
{
    if (code == SERVICE_CONTROL_STOP || code == SERVICE_CONTROL_SHUTDOWN) { report(SERVICE_STOP_PENDING); SetEvent(stop); }
    return NO_ERROR;
}

static void WINAPI service(DWORD count, LPWSTR *arguments)
{
    STARTUPINFOW si = { sizeof si };
    HANDLE both[2];
    DWORD code = 0;
    stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    handle = RegisterServiceCtrlHandlerExW(count ? arguments[0] : L"", control, NULL);
    if (count) environment(arguments[0]);
    FreeConsole();
    AllocConsole();
    if (!compose() || !CreateProcessW(NULL, line, NULL, NULL, TRUE, CREATE_NEW_PROCESS_GROUP, NULL, NULL, &si, &child)) {
        status.dwWin32ExitCode = GetLastError() ? GetLastError() : 1;
        report(SERVICE_STOPPED);
        return;
    }
    report(SERVICE_RUNNING);
    both[0] = stop; both[1] = child.hProcess;
    if (WaitForMultipleObjects(2, both, FALSE, INFINITE) == WAIT_OBJECT_0) {
        GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.dwProcessId);
        if (WaitForSingleObject(child.hProcess, 2000) != WAIT_OBJECT_0) TerminateProcess(child.hProcess, 1);
        WaitForSingleObject(child.hProcess, 5000);
    } else {
        GetExitCodeProcess(child.hProcess, &code);
        status.dwWin32ExitCode = code ? ERROR_SERVICE_SPECIFIC_ERROR : 0;
        status.dwServiceSpecificExitCode = code;
    }
    report(SERVICE_STOPPED);
}

int main(int count, char **words)
{
    SERVICE_TABLE_ENTRYW table[] = { { L"", service }, { NULL, NULL } };
    if (count > 1) { fprintf(stderr, "Unknown command: %s\r\n", words[1]); return 1; }
    return StartServiceCtrlDispatcherW(table) ? 0 : 1;
}
