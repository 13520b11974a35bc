using Micro.Basics;
using Micro.Selection;

namespace Micro.Client;

/// <summary>Names the endpoints that a service has registered in the error of a call to another one.</summary>
internal static class EndpointAdvice
{
    /// <summary>Beginning of the error of our servers and of go-micro over mucp; over gRPC the code is enough.</summary>
    private const string MissingText = "rpc: can't find ";
    private const int MostNames = 10;
    private const int LongestName = 128;
    private const int MostCompared = 1000;

    /// <summary>Adds advice when the service has answered that it has no such endpoint.</summary>
    public static void Add(MicroException error, string service, string endpoint, ISelector selector)
    {
        var isMissing = error.Code == 501 || (error.Code == 404 && error.Detail.StartsWith(MissingText, StringComparison.Ordinal));
        if (!isMissing || error.Node is not { } node)
        {
            return;
        }

        var known = selector.ListEndpoints(service);
        if (known.Count > 0 && !known.Contains(endpoint))
        {
            var nearest = NearestName.Find(endpoint, known.Where(IsReadable).Take(MostCompared)) is { } near ? $"did you mean '{near}'? " : "";
            var names = known.Where(IsReadable).Order(StringComparer.Ordinal).Take(MostNames).ToList();
            var more = known.Count > names.Count ? $" and {known.Count - names.Count} more" : "";
            error.Hint = $"; {nearest}{service} has {string.Join(", ", names)}{more} (node {node.Id} on {node.Address})";
        }
    }

    /// <summary>Returns whether a name, which came from another process, can stand in a message.</summary>
    private static bool IsReadable(string name) => name.Length <= LongestName && !name.Any(char.IsControl);
}
