using System.Runtime.InteropServices;

namespace Micro.Client;

/// <summary>A failed attempt, about which a retry policy decides.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="Endpoint">Name of the endpoint.</param>
/// <param name="Attempt">Number of the attempt that failed; 0 is the first.</param>
/// <param name="Error">The failure; <see cref="MicroException.Kind"/> tells whether anything was executed.</param>
/// <param name="IsIdempotent"><see langword="true"/> if the call may be executed twice without harm.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FailedAttempt(string Service, string Endpoint, int Attempt, MicroException Error, bool IsIdempotent);
