using Micro.Registry;

namespace Micro.Http;

/// <summary>The errors of discovery as HTTP callers expect them, with the framework's error inside.</summary>
internal static class HttpErrors
{
    private const string Source = "go.micro.client";

    public static HttpRequestException OtherHost(Uri uri)
    {
        var text = $"host '{uri.Authority}' is not a service name: this client calls services by name without port only "
            + "(option Services names the service of a host, option OtherHosts lets addresses pass)";
        return Wrap(new MicroException(400, Source, text, ErrorKind.InvalidRequest), text);
    }

    /// <summary>No node could be chosen.</summary>
    public static HttpRequestException NoNode(string service, Uri uri, MicroException cause)
    {
        var registry = cause is RegistryException { Registry: var name } ? $"registry {name}" : "the registry";
        return Wrap(cause, cause.Kind switch
        {
            ErrorKind.NotFound => $"service '{service}' of {uri.Scheme}://{uri.Authority}: {registry} knows no node of it: check that it is registered there under this name "
                + "(option Services names the service of a host, --registry or MICRO_REGISTRY chooses the registry)",
            ErrorKind.NoNode => $"service '{service}': it has nodes, but the filters of this client (option Select) leave none",
            ErrorKind.Denied => $"service '{service}': {registry} refused to tell its nodes, check token or user: {cause.Detail}",
            _ => $"service '{service}': {registry} cannot be asked for its nodes, check that it runs and MICRO_REGISTRY_ADDRESS: {cause.Detail}",
        });
    }

    /// <summary>The last attempt failed.</summary>
    public static HttpRequestException Failed(string service, Node node, int attempts, in FailedHttpAttempt attempt)
    {
        var text = $"service '{service}': attempt {attempts} failed at node {node.Id} on {node.Address}: {attempt.Failure.Message}";
        var error = new MicroException(attempt.Kind == ErrorKind.Timeout ? 408 : 503, Source, text, attempt.Kind, attempt.Failure)
        {
            Node = node,
            Attempts = attempts,
        };
        return Wrap(error, text);
    }

    private static HttpRequestException Wrap(MicroException error, string text)
    {
        var code = error switch
        {
            { InnerException: HttpRequestException { HttpRequestError: var known } } => known,
            { Kind: ErrorKind.NotFound or ErrorKind.NoNode or ErrorKind.Registry or ErrorKind.Denied } => HttpRequestError.NameResolutionError,
            { Kind: ErrorKind.Connect } => HttpRequestError.ConnectionError,
            _ => HttpRequestError.Unknown,
        };
        return new HttpRequestException(code, text, error);
    }
}
