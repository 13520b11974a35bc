using Grpc.Core;

namespace Micro.Registry.Etcd.Api;

/// <summary>A running stream and the member it runs on. One reader and one writer at a time.</summary>
internal sealed class EtcdStream<TRequest, TResponse>(AsyncDuplexStreamingCall<TRequest, TResponse> call, int member) : IDisposable
    where TResponse : class
{
    public int Member => member;

    /// <summary>Writes a message; a cancelled write ends the stream.</summary>
    /// <exception cref="RpcException">The stream has ended; the message is the reason.</exception>
    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        try
        {
            await call.RequestStream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException or IOException or HttpRequestException or ObjectDisposedException)
        {
            throw EtcdErrors.Explain(exception, cancellationToken);
        }
    }

    /// <summary>Reads the next message; <see langword="null"/> when the server has ended the stream.</summary>
    /// <exception cref="RpcException">The stream has ended otherwise; the message is the reason.</exception>
    public async Task<TResponse?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false) ? call.ResponseStream.Current : null;
        }
        catch (RpcException exception)
        {
            throw EtcdErrors.Explain(exception, cancellationToken);
        }
    }

    public void Dispose() => call.Dispose();
}
