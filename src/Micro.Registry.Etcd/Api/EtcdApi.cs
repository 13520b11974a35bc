using Micro.Transport.Grpc;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd.Api;

/// <summary>Calls to a cluster: one channel per member, fail-over between them, authentication.</summary>
internal sealed partial class EtcdApi : IAsyncDisposable
{
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromSeconds(1);
    private readonly EtcdRegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IGrpcChannel[] _members;
    private readonly EtcdToken _token;
    private readonly TimeSpan _attemptTimeout;
    private int _current;
    private readonly MemberSearch _search;
    private long _revision;

    public EtcdApi(EtcdRegistryOptions options, GrpcTlsOptions tls, EtcdCredentials? credentials, TimeProvider time, Random random, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _token = new EtcdToken(credentials, time, logger);
        var addresses = options.Addresses.Count > 0 ? options.Addresses : [$"127.0.0.1:{EtcdAddress.DefaultPort}"];
        var secure = EtcdTls.IsWanted(options);
        _members = [.. addresses.Select(address => Connect(address, secure, options, tls, time))];
        _attemptTimeout = options.Timeout / _members.Length;
        _attemptTimeout = _attemptTimeout < ShortestAttempt ? ShortestAttempt : _attemptTimeout;
        _search = new MemberSearch(TryMemberAsync, time, random, logger);
    }

    /// <summary>Raised when the cluster turns out to know less than before: its data was wiped or restored.</summary>
    public event EventHandler? WentBack;

    /// <summary>Opens a stream at the present member.</summary>
    public async Task<EtcdStream<TRequest, TResponse>> OpenStreamAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, CancellationToken cancellationToken)
        where TRequest : class
        where TResponse : class
    {
        var member = Volatile.Read(ref _current);
        var channel = _members[member];
        try
        {
            var token = await _token.GetAsync(channel, _attemptTimeout, cancellationToken);
            var options = new GrpcCallOptions { Metadata = Metadata(token, isStream: true) };
            return new EtcdStream<TRequest, TResponse>(channel.OpenStream(method, options, cancellationToken), member);
        }
        catch (GrpcException)
        {
            MoveOn(member);
            throw;
        }
    }

    /// <summary>Lets the next call begin with another member, when this one is still the present one.</summary>
    public void MoveOn(int member)
    {
        if (_members.Length > 1
            && Interlocked.CompareExchange(ref _current, (member + 1) % _members.Length, member) == member)
        {
            EtcdRegistry.Log.MovedOn(_logger, _members[member].Address, _members[(member + 1) % _members.Length].Address);
        }
    }

    /// <summary>Makes the next call ask for a new token: a stream was refused, which is not always for lack of rights.</summary>
    public void ForgetToken() => _token.Forget(_token.Current);

    /// <summary>
    /// Waits until a member answers and has a leader: what broke tries again then. One search serves all who wait, so that
    /// a cluster that is down is asked by one, however many watches there are.
    /// </summary>
    public Task FindMemberAsync(CancellationToken cancellationToken) => _search.RunAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _search.DisposeAsync();
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }
    }

    /// <summary>Whether the present member answers and knows a leader; if not, the next one is the present one. A connection proves nothing.</summary>
    private async Task TryMemberAsync(CancellationToken cancellationToken)
    {
        var member = Volatile.Read(ref _current);
        try
        {
            var options = new GrpcCallOptions { Timeout = _attemptTimeout };
            var status = await _members[member].CallAsync(EtcdMethods.Status, new StatusRequest(), options, cancellationToken);
            if (status.Leader == 0 || status.IsLearner)
            {
                throw new GrpcException(GrpcStatusCode.Unavailable, "the member has no leader");
            }
        }
        catch (GrpcException error) when (EtcdErrors.MayTryAnother(error))
        {
            MoveOn(member);
            throw;
        }
        catch (GrpcException)
        {
            // It answers, and refuses this question: what is wanted from it may be allowed.
        }
    }

    private static IGrpcChannel Connect(string address, bool secure, EtcdRegistryOptions options, GrpcTlsOptions tls, TimeProvider time)
    {
        if (!EtcdAddress.TryParse(address, secure, out var uri))
        {
            throw new ArgumentException($"'{address}' is no address of an etcd member", nameof(address));
        }

        return GrpcChannels.Create(
            uri,
            channel =>
            {
                channel.ConnectTimeout = options.ConnectTimeout;
                channel.MaxReceiveMessageBytes = options.MaxReceiveBytes;
                channel.KeepAliveDelay = TimeSpan.FromSeconds(10); // etcd allows one ping in 5 s
                channel.KeepAliveTimeout = TimeSpan.FromSeconds(5);
                channel.Tls = tls;
            },
            time);
    }

    private static GrpcMetadata? Metadata(string? token, bool isStream)
    {
        if (string.IsNullOrEmpty(token) && !isStream)
        {
            return null;
        }

        var metadata = new GrpcMetadata();
        if (!string.IsNullOrEmpty(token))
        {
            metadata.Add("token", token);
        }

        if (isStream)
        {
            metadata.Add("hasleader", "true"); // a member cut off from the cluster then ends the stream
        }

        return metadata;
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken)
        where TRequest : class
        where TResponse : class
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
                token = await _token.GetAsync(_members[member], timeout, cancellationToken);
                var options = new GrpcCallOptions { Timeout = timeout, Metadata = Metadata(token, isStream: false) };
                return await _members[member].CallAsync(method, request, options, cancellationToken);
            }
            catch (GrpcException error) when (_token.IsUsed && !hasNewToken && EtcdErrors.IsStaleToken(error))
            {
                hasNewToken = true;
                _token.Forget(token);
            }
            catch (GrpcException error) when (EtcdErrors.MayTryAnother(error))
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
