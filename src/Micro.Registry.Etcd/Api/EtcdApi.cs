using dotnet_etcd;
using dotnet_etcd.interfaces;
using Etcdserverpb;
using Grpc.Core;
using Micro.Registry.Kit;
using Micro.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd.Api;

/// <summary>Calls to a cluster: fail-over between its members, authentication.</summary>
internal sealed partial class EtcdApi : IAsyncDisposable
{
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromSeconds(1);
    private readonly EtcdRegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LocalConnections _connections;
    private readonly EtcdMember[] _members;
    private readonly EtcdToken _token;
    private readonly TimeSpan _attemptTimeout;
    private readonly MemberSearch _search;
    private int _current;
    private long _revision;

    public EtcdApi(EtcdRegistryOptions options, EtcdTls tls, EtcdCredentials? credentials, TimeProvider time, Random random, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _token = new EtcdToken(credentials, time, logger);
        _connections = new LocalConnections(time, random.NextDouble, logger, Hasten);
        _members = [.. EtcdAddress.Members(options).Select(address => new EtcdMember(address, options, tls, _connections, time, random))];
        _attemptTimeout = options.Timeout / _members.Length;
        _attemptTimeout = _attemptTimeout < ShortestAttempt ? ShortestAttempt : _attemptTimeout;
        _search = new MemberSearch(TryMemberAsync, time, random, logger, RetryAfter);
    }

    /// <summary>Raised when the cluster turns out to know less than before: its data was wiped or restored.</summary>
    public event EventHandler? WentBack;

    /// <summary>Opens a stream of watches at the current member.</summary>
    public Task<EtcdStream<WatchRequest, WatchResponse>> OpenWatchAsync(CancellationToken cancellationToken) =>
        OpenAsync((connection, options) => connection.WatchClient.Watch(options), cancellationToken);

    /// <summary>Opens a stream that renews leases at the current member.</summary>
    public Task<EtcdStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>> OpenKeepAliveAsync(CancellationToken cancellationToken) =>
        OpenAsync((connection, options) => connection.LeaseClient.LeaseKeepAlive(options), cancellationToken);

    /// <summary>Moves on to the next member, unless another caller has already left this one.</summary>
    public void MoveOn(int member)
    {
        if (_members.Length > 1
            && Interlocked.CompareExchange(ref _current, (member + 1) % _members.Length, member) == member)
        {
            EtcdBackend.Log.MovedOn(_logger, _members[member].Address, _members[(member + 1) % _members.Length].Address);
        }
    }

    /// <summary>Drops the token, so that the next call requests a new one; a stream may be refused because its token has ended.</summary>
    public void ForgetToken() => _token.Forget(_token.Current);

    /// <summary>
    /// Waits until a member answers and has a leader. All callers share one search, so that a cluster that is down gets one
    /// request at a time, however many watches there are.
    /// </summary>
    public Task FindMemberAsync(CancellationToken cancellationToken) => _search.RunAsync(cancellationToken);

    /// <summary>
    /// Returns the time until the only member is connected to again; <see langword="null"/> when another request is an
    /// attempt, as with several members.
    /// </summary>
    public TimeSpan? RetryAfter(Exception error) => _members.Length == 1 ? DialPausedException.Find(error) : null;

    public async ValueTask DisposeAsync()
    {
        _connections.Dispose();
        await _search.DisposeAsync().ConfigureAwait(false);
        foreach (var member in _members)
        {
            member.Dispose();
        }
    }

    private void Hasten()
    {
        foreach (var member in _members)
        {
            member.Hasten();
        }

        _search.Hasten();
    }

    private static Metadata Headers(string? token)
    {
        var headers = new Metadata();
        if (!string.IsNullOrEmpty(token))
        {
            headers.Add("token", token);
        }

        return headers;
    }

    private async Task<EtcdStream<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(
        Func<IConnection, CallOptions, AsyncDuplexStreamingCall<TRequest, TResponse>> open, CancellationToken cancellationToken)
        where TResponse : class
    {
        var member = Volatile.Read(ref _current);
        try
        {
            var headers = Headers(await _token.GetAsync(_members[member], _attemptTimeout, cancellationToken).ConfigureAwait(false));
            headers.Add("hasleader", "true"); // a member that is cut off from the cluster then ends the stream
            return new EtcdStream<TRequest, TResponse>(open(_members[member].Connection, new CallOptions(headers, cancellationToken: cancellationToken)), member);
        }
        catch (RpcException)
        {
            MoveOn(member);
            throw;
        }
    }

    /// <summary>Checks that the current member answers and knows a leader; moves on if not. A connection alone proves nothing.</summary>
    private async Task TryMemberAsync(CancellationToken cancellationToken)
    {
        var member = Volatile.Read(ref _current);
        try
        {
            var status = await _members[member].CallAsync(
                (client, token) => client.StatusAsync(new StatusRequest(), cancellationToken: token), _attemptTimeout, cancellationToken).ConfigureAwait(false);
            if (status.Leader == 0 || status.IsLearner)
            {
                throw EtcdErrors.Create(StatusCode.Unavailable, "the member has no leader");
            }
        }
        catch (RpcException error) when (EtcdErrors.MayTryAnother(error))
        {
            MoveOn(member);
            throw;
        }
        catch (RpcException)
        {
            // The member answers and refuses only this request: others may be allowed.
        }
    }

    private async Task<T> CallAsync<T>(Func<EtcdClient, Metadata, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var failed = 0;
        var hasNewToken = false;
        while (true)
        {
            var member = Volatile.Read(ref _current);
            var rest = _options.Timeout - _time.GetElapsedTime(start);
            var timeout = rest < _attemptTimeout ? rest : _attemptTimeout;
            string? token = null;
            try
            {
                token = await _token.GetAsync(_members[member], timeout, cancellationToken).ConfigureAwait(false);
                var headers = Headers(token);
                return await _members[member].CallAsync((client, limit) => call(client, headers, limit), timeout, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException error) when (_token.IsUsed && !hasNewToken && EtcdErrors.IsStaleToken(error))
            {
                hasNewToken = true;
                _token.Forget(token);
            }
            catch (RpcException error) when (EtcdErrors.MayTryAnother(error))
            {
                MoveOn(member);
                if (++failed >= _members.Length || _time.GetElapsedTime(start) >= _options.Timeout)
                {
                    throw;
                }
            }
        }
    }
}
