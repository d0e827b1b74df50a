#!/bin/sh
# Runs a tool in a process group of its own, under a memory limit, and so that the kernel ends it
# when the calling process dies: a killed task leaves no tesseract behind.
#   SOHOA_CALLER          process id of the caller
#   SOHOA_TOOL_MEMORY_MB  address space the tool may use
if [ -z "$SOHOA_ARMED" ]; then
    SOHOA_ARMED=1 exec setsid setpriv --pdeathsig KILL -- "$0" "$@"
fi
unset SOHOA_ARMED
# The caller may have died before the signal was armed.
[ "$PPID" = "$SOHOA_CALLER" ] || exit 143
exec prlimit --as=$((SOHOA_TOOL_MEMORY_MB * 1048576)) --core=0 -- "$@"
