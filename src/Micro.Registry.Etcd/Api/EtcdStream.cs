using Micro.Transport.Grpc;

namespace Micro.Registry.Etcd.Api;

/// <summary>A running stream and the member it runs on.</summary>
internal sealed record EtcdStream<TRequest, TResponse>(IGrpcStream<TRequest, TResponse> Stream, int Member) : IAsyncDisposable
    where TRequest : class
    where TResponse : class
{
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
