namespace Micro.Basics;

/// <summary>Reason phrases of HTTP codes as Go writes them (RFC 9110, section 15).</summary>
internal static class ReasonPhrases
{
    public static string Get(int code) =>
        code is >= 100 and <= 599 ? Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(code) : "";
}
