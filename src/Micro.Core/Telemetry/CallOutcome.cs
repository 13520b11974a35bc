using System.Globalization;
using System.Runtime.InteropServices;

namespace Micro.Telemetry;

/// <summary>How a call ended, in words of the conventions: few different values, whatever a peer sends.</summary>
/// <param name="StatusCode">Code of the error or 200; <see langword="null"/> when there is none.</param>
/// <param name="ErrorType">What failed; <see langword="null"/> when nothing did.</param>
/// <param name="IsError">Whether the span is marked as failed.</param>
/// <param name="Description">The error for people, as the caller sees it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CallOutcome(string? StatusCode, string? ErrorType, bool IsError, string? Description)
{
    public static readonly CallOutcome Success = new("200", null, false, null);

    /// <summary>The caller went away, which is no failure of the server.</summary>
    public static readonly CallOutcome CallerGone = new("cancelled", null, false, null);

    private const int LowestCode = 100;

    private static readonly string[] Codes =
        [.. Enumerable.Range(LowestCode, 500).Select(static code => code.ToString(CultureInfo.InvariantCulture))];

    /// <summary>On the client every error is one.</summary>
    public static CallOutcome OfClient(Exception? error) => error switch
    {
        null => Success,
        MicroException known => new(Code(known), ClientType(known), true, known.Detail),
        OperationCanceledException => new(null, "cancelled", true, null),
        _ => new(null, error.GetType().FullName, true, error.Message),
    };

    /// <summary>On the server errors are what it could not do: 408, 5xx and unknown codes; the rest is an answer.</summary>
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

    /// <summary>Why an attempt failed.</summary>
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
