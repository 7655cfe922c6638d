/*
 * sc.exe for test hosts: Wine's has neither config, failure, failureflag nor sidtype. It changes a service through the
 * service manager where Wine's knows how, and writes what Windows' service manager writes into the key where it does not.
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>

static int count;
static char **words;

/* The word behind `NAME=`. */
static const char *behind(const char *name)
{
    int i;
    for (i = 3; i + 1 < count; i++) if (!_stricmp(words[i], name)) return words[i + 1];
    return NULL;
}

static DWORD set(const char *service, const char *name, DWORD type, const void *data, DWORD size)
{
    char key[600];
    snprintf(key, sizeof key, "System\\CurrentControlSet\\Services\\%s", service);
    return RegSetKeyValueA(HKEY_LOCAL_MACHINE, key, name, type, data, size);
}

static DWORD config(SC_HANDLE service)
{
    const char *path = behind("binPath="), *start = behind("start="), *account = behind("obj="), *needed = behind("depend=");
    DWORD kind = SERVICE_NO_CHANGE, delayed = 0, size = sizeof delayed, rc;
    char key[600];
    /* Wine's service manager forgets it at each change. */
    snprintf(key, sizeof key, "System\\CurrentControlSet\\Services\\%s", words[2]);
    RegGetValueA(HKEY_LOCAL_MACHINE, key, "DelayedAutoStart", RRF_RT_REG_DWORD, NULL, &delayed, &size);
    if (start) delayed = !strcmp(start, "delayed-auto");
    if (start) kind = !strcmp(start, "demand") ? SERVICE_DEMAND_START : !strcmp(start, "disabled") ? SERVICE_DISABLED : SERVICE_AUTO_START;
    if (needed) return ERROR_CALL_NOT_IMPLEMENTED;
    if (!ChangeServiceConfigA(service, SERVICE_NO_CHANGE, kind, SERVICE_NO_CHANGE, path, NULL, NULL, NULL, account, NULL, NULL)) return GetLastError();
    if (account && (rc = set(words[2], "ObjectName", REG_SZ, account, strlen(account) + 1))) return rc;
    return set(words[2], "DelayedAutoStart", REG_DWORD, &delayed, 4);
}

static DWORD failure(void)
{
    struct { DWORD reset, command, message, count, offset, actions[2 * 16]; } value = { 0 };
    const char *reset = behind("reset="), *actions = behind("actions=");
    char text[600], *part;
    value.reset = reset ? strtoul(reset, NULL, 10) : 0;
    value.offset = 20;
    strncpy(text, actions ? actions : "", sizeof text - 1);
    text[sizeof text - 1] = 0;
    for (part = strtok(text, "/"); part && value.count < 16; part = strtok(NULL, "/")) {
        value.actions[2 * value.count] = !strcmp(part, "restart") ? 1 : !strcmp(part, "reboot") ? 2 : !strcmp(part, "run") ? 3 : 0;
        part = strtok(NULL, "/");
        value.actions[2 * value.count++ + 1] = part ? strtoul(part, NULL, 10) : 0;
    }
    return set(words[2], "FailureActions", REG_BINARY, &value, 20 + 8 * value.count);
}

int main(int given, char **all)
{
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS), service;
    DWORD number;
    count = given;
    words = all;
    if (given < 3) return ERROR_INVALID_PARAMETER;
    if (!(service = OpenServiceA(manager, all[2], SERVICE_ALL_ACCESS))) return GetLastError();
    if (!_stricmp(all[1], "config")) return config(service);
    if (!_stricmp(all[1], "delete")) return DeleteService(service) ? 0 : GetLastError();
    if (!_stricmp(all[1], "failure")) return failure();
    number = given > 3 ? strtoul(all[3], NULL, 10) : 0;
    if (!_stricmp(all[1], "failureflag")) return set(all[2], "FailureActionsOnNonCrashFailures", REG_DWORD, &number, 4);
    if (!_stricmp(all[1], "sidtype") && given > 3) {
        number = !strcmp(all[3], "unrestricted") ? 1 : !strcmp(all[3], "restricted") ? 3 : 0;
        return set(all[2], "ServiceSidType", REG_DWORD, &number, 4);
    }
    return ERROR_INVALID_PARAMETER;
}
