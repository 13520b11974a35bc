using System.Runtime.InteropServices;

namespace Micro.Server;

/// <summary>What a server says of its health.</summary>
/// <param name="IsReady">Whether it serves and its callers can find it.</param>
/// <param name="Registration">Where it stands with its registration.</param>
/// <param name="Error">What failed last, without secrets.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HealthReport(bool IsReady, string Registration, string? Error);
