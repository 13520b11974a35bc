using System.Diagnostics.CodeAnalysis;
using Micro.Transport.Grpc;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd.Api;

/// <summary>The token of one user: asked for at first use and again when etcd no longer knows it, by one caller at a time.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore is never waited on by handle, so it holds nothing.")]
internal sealed class EtcdToken(EtcdCredentials? credentials, TimeProvider time, ILogger logger)
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

        // Whoever waits for another one's answer waits as long as for an answer of his own, no longer.
        var start = time.GetTimestamp();
        if (!await WaitAsync(timeout, cancellationToken))
        {
            throw new GrpcException(GrpcStatusCode.DeadlineExceeded, $"no token within {timeout}");
        }

        try
        {
            return _token ??= await AuthenticateAsync(channel, credentials, timeout - time.GetElapsedTime(start), cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Drops a token that etcd refused, unless another caller has got a new one already.</summary>
    public void Forget(string? refused) => Interlocked.CompareExchange(ref _token, null, refused);

    private async Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout <= TimeSpan.Zero)
        {
            return false;
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _gate.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

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
