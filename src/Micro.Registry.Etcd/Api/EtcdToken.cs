using Micro.Transport.Grpc;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd.Api;

/// <summary>The token of one user: asked for at first use and again when etcd no longer knows it, by one caller at a time.</summary>
internal sealed class EtcdToken(EtcdCredentials? credentials, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private string? _token;

    public bool IsUsed => credentials is not null;

    public string? Current => Volatile.Read(ref _token);

    /// <summary>The token; null without credentials, empty while the cluster works without authentication.</summary>
    public async ValueTask<string?> GetAsync(IGrpcChannel channel, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (credentials is null || Current is not null)
        {
            return Current;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _token ??= await AuthenticateAsync(channel, credentials, timeout, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Drops a token that etcd refused, unless another caller has got a new one already.</summary>
    public void Forget(string? refused) => Interlocked.CompareExchange(ref _token, null, refused);

    public void Dispose() => _gate.Dispose();

    private async Task<string> AuthenticateAsync(
        IGrpcChannel channel, EtcdCredentials user, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var request = new AuthenticateRequest { Name = user.Username, Password = user.Password };
            var answer = await channel.CallAsync(EtcdMethods.Authenticate, request, new GrpcCallOptions { Timeout = timeout }, cancellationToken);
            EtcdRegistry.Log.Authenticated(logger, user.Username);
            return answer.Token;
        }
        catch (GrpcException error) when (error.StatusCode == GrpcStatusCode.FailedPrecondition)
        {
            return ""; // the cluster asks nobody who he is
        }
    }
}
