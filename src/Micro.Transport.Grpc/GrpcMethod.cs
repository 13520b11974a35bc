using Google.Protobuf;

namespace Micro.Transport.Grpc;

/// <summary>A method that can be called: its path and how its messages travel. Immutable.</summary>
/// <typeparam name="TRequest">Type of the requests.</typeparam>
/// <typeparam name="TResponse">Type of the responses.</typeparam>
public sealed class GrpcMethod<TRequest, TResponse>
    where TRequest : class
    where TResponse : class
{
    /// <summary>Makes a method.</summary>
    /// <param name="path">Service and method, <c>/package.Service/Method</c>.</param>
    /// <param name="request">How requests travel.</param>
    /// <param name="response">How responses travel.</param>
    /// <exception cref="ArgumentException">The path has another form.</exception>
    public GrpcMethod(string path, GrpcMarshaller<TRequest> request, GrpcMarshaller<TResponse> response)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        if (!GrpcPath.IsValid(path))
        {
            throw new ArgumentException($"'{path}' is no gRPC path: it must be /service/method", nameof(path));
        }

        Path = path;
        Request = request;
        Response = response;
    }

    /// <summary>Service and method, <c>/package.Service/Method</c>.</summary>
    public string Path { get; }

    /// <summary>How requests travel.</summary>
    public GrpcMarshaller<TRequest> Request { get; }

    /// <summary>How responses travel.</summary>
    public GrpcMarshaller<TResponse> Response { get; }
}

/// <summary>Makes methods.</summary>
public static class GrpcMethod
{
    /// <summary>Makes a method with protobuf messages.</summary>
    /// <typeparam name="TRequest">Type of the requests.</typeparam>
    /// <typeparam name="TResponse">Type of the responses.</typeparam>
    /// <param name="path">Service and method, <c>/package.Service/Method</c>.</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentException">The path has another form.</exception>
    public static GrpcMethod<TRequest, TResponse> Protobuf<TRequest, TResponse>(string path)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new(path, GrpcMarshallers.Protobuf<TRequest>(), GrpcMarshallers.Protobuf<TResponse>());
}
