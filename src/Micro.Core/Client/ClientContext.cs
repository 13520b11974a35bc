namespace Micro.Client;

/// <summary>The context of one call for its interceptors.</summary>
public sealed class ClientContext
{
    internal ClientContext(string service, string endpoint, string contentType, object? request, bool isStream, CallMetadata metadata, CancellationToken cancellationToken)
    {
        Service = service;
        Endpoint = endpoint;
        ContentType = contentType;
        Request = request;
        IsStream = isStream;
        Metadata = metadata;
        CancellationToken = cancellationToken;
    }

    /// <summary>Name of the service.</summary>
    public string Service { get; }

    /// <summary>Name of the endpoint.</summary>
    public string Endpoint { get; }

    /// <summary>Content type of request and response.</summary>
    public string ContentType { get; }

    /// <summary>The request; <see langword="null"/> for a stream.</summary>
    public object? Request { get; }

    /// <summary>The response, once the rest of the chain has run; an interceptor may replace it with one of the same type.</summary>
    public object? Response { get; set; }

    /// <summary><see langword="true"/> if a stream is opened.</summary>
    public bool IsStream { get; }

    /// <summary>Metadata sent with the call; interceptors may add to it.</summary>
    public CallMetadata Metadata { get; }

    /// <summary><see langword="true"/> when the token in the metadata is the client's own, so that a repeated call gets a new one.</summary>
    internal bool HasClientToken { get; set; }

    /// <summary>Fires when the caller cancels or the deadline passes.</summary>
    public CancellationToken CancellationToken { get; }
}
