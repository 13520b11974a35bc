using Micro.Basics;
using Micro.Selection;

namespace Micro.Client;

/// <summary>Adds the registered endpoints of a service to the error of a call to an unknown endpoint.</summary>
internal static class EndpointAdvice
{
    /// <summary>Start of the error text of this framework and of go-micro over mucp; over gRPC the code is enough.</summary>
    private const string MissingText = "rpc: can't find ";
    private const int MaxNames = 10;
    private const int MaxNameLength = 128;
    private const int MaxCompared = 1000;

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
            var nearest = NearestName.Find(endpoint, known.Where(IsReadable).Take(MaxCompared)) is { } near ? $"did you mean '{near}'? " : "";
            var names = known.Where(IsReadable).Order(StringComparer.Ordinal).Take(MaxNames).ToList();
            var more = known.Count > names.Count ? $" and {known.Count - names.Count} more" : "";
            error.Hint = $"; {nearest}{service} has {string.Join(", ", names)}{more} (node {node.Id} on {node.Address})";
        }
    }

    /// <summary>Returns whether a name from another process is safe in a message.</summary>
    private static bool IsReadable(string name) => name.Length <= MaxNameLength && !name.Any(char.IsControl);
}
