using Micro.Server;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Micro.Authentication;

/// <summary>
/// The name and the keys of an authority. Known keys stay in use when the authority cannot be reached. Until the first
/// success, one call at a time reads the keys, and for a while after a failure no call does.
/// </summary>
internal sealed class IssuerKeys
{
    private const int MaxDocumentBytes = 1024 * 1024;
    private const int MaxErrorLength = 300;
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _authority;
    private readonly Lock _gate = new();
    private Task<bool>? _read;
    private volatile bool _areKnown;
    private bool _hasFailed;
    private long _retryAt;

    public IssuerKeys(JwtOptions options, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _authority = options.Authority!.TrimEnd('/');
        Manager = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{_authority}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(options.Backchannel ?? CreateClient()) { RequireHttps = options.RequireHttpsMetadata })
        {
            RefreshInterval = options.KeyRefreshInterval,

            // Keys that the issuer has withdrawn are dropped. Without an answer of the issuer all keys stay.
            UseLastKnownGoodConfiguration = false,
        };
    }

    /// <summary>Gets the manager that provides the keys to the validation and refreshes them.</summary>
    public ConfigurationManager<OpenIdConnectConfiguration> Manager { get; }

    /// <summary>Reads the keys if needed; returns <see langword="true"/> when they were read at least once.</summary>
    /// <param name="context">The call that waits.</param>
    public async ValueTask<bool> AreKnownAsync(HandlerContext context)
    {
        if (_areKnown)
        {
            return true;
        }

        Task<bool> read;
        lock (_gate)
        {
            if (_read is null && _hasFailed && _time.GetTimestamp() < _retryAt)
            {
                return false;
            }

            read = _read ??= ReadAsync();
        }

        return await read.WaitAsync(context.CancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> ReadAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Exception? failure = null;
        try
        {
            using var limit = new CancellationTokenSource(ReadTimeout, _time);
            await Manager.GetConfigurationAsync(limit.Token).ConfigureAwait(false);
            _areKnown = true;
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        lock (_gate)
        {
            _read = null;
            if (failure is null)
            {
                if (_hasFailed)
                {
                    _logger.KeysRead(_authority);
                }

                return true;
            }

            if (!_hasFailed)
            {
                _logger.KeysNotRead(_authority, OneLine(failure.GetBaseException().Message));
            }

            _hasFailed = true;
            _retryAt = _time.GetTimestamp() + ((long)PauseAfterFailure.TotalSeconds * _time.TimestampFrequency);
            return false;
        }
    }

    /// <summary>Shortens a text to one line: it may repeat a server's answer, which must neither forge nor flood log lines.</summary>
    private static string OneLine(string text) =>
        string.Concat(text.Take(MaxErrorLength).Select(static character => char.IsControl(character) ? ' ' : character));

    /// <summary>Creates the client, which is not disposed: its idle connections close by themselves.</summary>
    private static HttpClient CreateClient() =>
        new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false, ConnectTimeout = ReadTimeout })
        {
            Timeout = ReadTimeout,
            MaxResponseContentBufferSize = MaxDocumentBytes,
        };
}
