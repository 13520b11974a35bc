using System.Runtime.InteropServices;

namespace Micro.Http;

/// <summary>An attempt that another node might do better.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FailedHttpAttempt(Exception Failure, ErrorKind Kind);
