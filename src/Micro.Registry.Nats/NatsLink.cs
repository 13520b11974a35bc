using NATS.Client.Core;

namespace Micro.Registry.Nats;

/// <summary>
/// The connection to NATS with the two subscriptions of the registry. It is opened by the first use, and again by the client library
/// whenever it is lost. Safe for concurrent use.
/// </summary>
internal sealed class NatsLink : IAsyncDisposable
{
    /// <summary>After a loss the library dials by itself; waiting for it costs the server nothing.</summary>
    private static readonly TimeSpan ReopenPause = TimeSpan.FromSeconds(1);

    private readonly NatsRegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<NatsMsg<byte[]>, CancellationToken, Task> _answer;
    private readonly Action<ReadOnlyMemory<byte>> _hear;
    private readonly NatsConnection _connection;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly CancellationTokenSource _ended = new();
    private Task? _listening;

    public NatsLink(NatsRegistryOptions options, TimeProvider time, Func<NatsMsg<byte[]>, CancellationToken, Task> answer, Action<ReadOnlyMemory<byte>> hear, Action onLost)
    {
        (_options, _time, _answer, _hear) = (options, time, answer, hear);
        var connecting = new NatsOpts
        {
            Url = string.Join(',', options.Urls()),
            Name = "Micro",
            Echo = false, // what this process announces stands in its own table
            ConnectTimeout = options.Timeout < TimeSpan.FromSeconds(2) ? options.Timeout : TimeSpan.FromSeconds(2),
            ReconnectWaitMin = TimeSpan.FromMilliseconds(500),
            ReconnectWaitMax = TimeSpan.FromSeconds(15),
        };
        _connection = new NatsConnection(options.ConfigureConnection?.Invoke(connecting) ?? connecting);
        _connection.ConnectionDisconnected += (_, _) =>
        {
            onLost();
            return default;
        };
    }

    /// <summary>Gets <see langword="true"/> while messages are received.</summary>
    public bool IsOpen => _connection.ConnectionState == NatsConnectionState.Open;

    /// <summary>Returns the error for those who follow changes when the connection is lost.</summary>
    public RegistryUnavailableException Lost() => new("nats", "the connection is lost") { RetryAfter = ReopenPause };

    /// <summary>Publishes a message; when the task ends the server has it.</summary>
    public Task PublishAsync(string subject, byte[] message, CancellationToken cancellationToken) => WithinAsync(
        async token =>
        {
            await OpenAsync(token).ConfigureAwait(false);
            await _connection.PublishAsync(subject, message, cancellationToken: token).ConfigureAwait(false);
            await _connection.PingAsync(token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Publishes a query and reads answers until one ends it, or until the time for answers is over.</summary>
    public Task AskAsync(byte[] query, Func<ReadOnlyMemory<byte>, bool> onAnswer, CancellationToken cancellationToken) => WithinAsync(
        async token =>
        {
            await OpenAsync(token).ConfigureAwait(false);
            var inbox = _connection.NewInbox();
            var answers = await _connection.SubscribeCoreAsync<byte[]>(inbox, cancellationToken: token).ConfigureAwait(false);
            await using (answers.ConfigureAwait(false))
            {
                await _connection.PublishAsync(_options.QueryTopic, query, replyTo: inbox, cancellationToken: token).ConfigureAwait(false);
                using var late = new CancellationTokenSource(_options.AnswerTime, _time);
                using var end = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
                try
                {
                    await foreach (var answer in answers.Msgs.ReadAllAsync(end.Token).ConfigureAwait(false))
                    {
                        if (onAnswer(answer.Data))
                        {
                            break;
                        }
                    }
                }
                catch (OperationCanceledException) when (late.IsCancellationRequested && !token.IsCancellationRequested)
                {
                    // Owners that are not known may have answered until here.
                }
            }
        },
        cancellationToken);

    public Exception Translate(Exception error) => error switch
    {
        NatsServerException { IsAuthError: true } or { InnerException: NatsServerException { IsAuthError: true } } =>
            new RegistryDeniedException("nats", (error.InnerException ?? error).Message, error),
        NatsPayloadTooLargeException => new RegistryDeniedException("nats", error.Message, error),
        NatsException => new RegistryUnavailableException("nats", (error.InnerException ?? error).Message, error),
        _ => error,
    };

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        await (_listening ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (IsOpen && _listening is not null)
        {
            return;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _connection.ConnectAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (_listening is null)
            {
                var changes = await _connection.SubscribeCoreAsync<byte[]>(_options.WatchTopic, cancellationToken: cancellationToken).ConfigureAwait(false);
                var queries = await _connection.SubscribeCoreAsync<byte[]>(_options.QueryTopic, cancellationToken: cancellationToken).ConfigureAwait(false);
                await _connection.PingAsync(cancellationToken).ConfigureAwait(false);
                _listening = Task.WhenAll(
                    ListenAsync(changes, message =>
                    {
                        _hear(message.Data);
                        return Task.CompletedTask;
                    }),
                    ListenAsync(queries, message => _answer(message, _ended.Token)));
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task ListenAsync(INatsSub<byte[]> subscription, Func<NatsMsg<byte[]>, Task> handle)
    {
        await foreach (var message in subscription.Msgs.ReadAllAsync(_ended.Token).ConfigureAwait(false))
        {
            try
            {
                await handle(message).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is NatsException or OperationCanceledException)
            {
                // The connection was lost meanwhile; who asked asks again.
            }
        }
    }

    private async Task WithinAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.Timeout, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token, _ended.Token);
        try
        {
            await work(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw _listening is null
                ? new RegistryUnavailableException("nats", "not reached in time", exception)
                : Lost();
        }
    }
}
