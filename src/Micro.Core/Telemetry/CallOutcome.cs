using System.Globalization;
using System.Runtime.InteropServices;

namespace Micro.Telemetry;

/// <summary>The outcome of a call in terms of the conventions: few different values, whatever a peer sends.</summary>
/// <param name="StatusCode">Code of the error or 200; <see langword="null"/> without a code.</param>
/// <param name="ErrorType">Type of the failure; <see langword="null"/> for success.</param>
/// <param name="IsError"><see langword="true"/> to mark the span as failed.</param>
/// <param name="Description">The error text that the caller sees.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CallOutcome(string? StatusCode, string? ErrorType, bool IsError, string? Description)
{
    public static readonly CallOutcome Success = new("200", null, false, null);

    /// <summary>The caller went away, which is not a failure of the server.</summary>
    public static readonly CallOutcome CallerGone = new("cancelled", null, false, null);

    private const int LowestCode = 100;

    private static readonly string[] Codes =
        [.. Enumerable.Range(LowestCode, 500).Select(static code => code.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Returns the outcome on the client, where every error is a failure.</summary>
    public static CallOutcome OfClient(Exception? error) => error switch
    {
        null => Success,
        MicroException known => new(Code(known), ClientType(known), true, known.Detail),
        OperationCanceledException => new(null, "cancelled", true, null),
        _ => new(null, error.GetType().FullName, true, error.Message),
    };

    /// <summary>Returns the outcome on the server, where only 408, 5xx and unknown codes are failures.</summary>
    public static CallOutcome OfServer(MicroException? error)
    {
        if (error is null)
        {
            return Success;
        }

        var code = Code(error);
        return error.Code is 408 or >= 500 || code is null
            ? new(code, code ?? "_OTHER", true, error.Detail)
            : new(code, null, false, null);
    }

    /// <summary>Returns the type of an attempt's failure.</summary>
    public static string ClientType(MicroException error) => error.Kind switch
    {
        ErrorKind.Connect => "connect",
        ErrorKind.NotSent => "not_sent",
        ErrorKind.Broken => "broken",
        ErrorKind.NoNode => "no_node",
        ErrorKind.NotFound => "not_found",
        ErrorKind.Registry => "registry",
        ErrorKind.Denied => "denied",
        ErrorKind.InvalidRequest => "invalid_request",
        ErrorKind.Protocol => "protocol",
        ErrorKind.Timeout when error.Id.StartsWith("go.micro.client", StringComparison.Ordinal) => "timeout",
        _ => Code(error) ?? "_OTHER",
    };

    private static string? Code(MicroException error) =>
        (uint)(error.Code - LowestCode) < (uint)Codes.Length ? Codes[error.Code - LowestCode] : null;
}
