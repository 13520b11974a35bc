using System.Diagnostics.CodeAnalysis;
using Etcdserverpb;
using Grpc.Core;
using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd.Api;

/// <summary>The token of one user, requested at first use and again when etcd no longer knows it, by one caller at a time.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore is never waited on by handle, so it holds nothing.")]
internal sealed class EtcdToken(EtcdCredentials? credentials, TimeProvider time, ILogger logger)
{
    private readonly SemaphoreSlim _gate = new(1);
    private string? _token;

    public bool IsUsed => credentials is not null;

    public string? Current => Volatile.Read(ref _token);

    /// <summary>Gets the token; <see langword="null"/> without credentials, empty while the cluster works without authentication.</summary>
    public async ValueTask<string?> GetAsync(EtcdMember member, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (credentials is null || Current is not null)
        {
            return Current;
        }

        // Waiting for the request of another caller counts towards the time limit of this one.
        var start = time.GetTimestamp();
        if (!await WaitAsync(timeout, cancellationToken).ConfigureAwait(false))
        {
            throw EtcdErrors.Create(StatusCode.DeadlineExceeded, $"no token within {ReadableTime.Of(timeout)}");
        }

        try
        {
            return _token ??= await AuthenticateAsync(member, credentials, timeout - time.GetElapsedTime(start), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Drops a token that etcd refused, unless another caller already has a new one.</summary>
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
            await _gate.WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<string> AuthenticateAsync(
        EtcdMember member, EtcdCredentials user, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var request = new AuthenticateRequest { Name = user.Username, Password = user.Password };
            var answer = await member.CallAsync((client, token) => client.AuthenticateAsync(request, cancellationToken: token), timeout, cancellationToken).ConfigureAwait(false);
            EtcdBackend.Log.Authenticated(logger, user.Username);
            return answer.Token;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.FailedPrecondition)
        {
            return ""; // the cluster works without authentication
        }
    }
}
