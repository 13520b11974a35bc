using System.Text.Json.Serialization.Metadata;

namespace Micro.Server.Handlers;

/// <summary>A stream of messages in memory.</summary>
internal sealed class ListStream(IEnumerable<object> messages) : IMessageStream
{
    private readonly Queue<object> _messages = new(messages);

    public List<object?> Written { get; } = [];

    public List<CancellationToken> Tokens { get; } = [];

    public ValueTask<(bool HasMessage, T Message)> ReadAsync<T>(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Tokens.Add(cancellationToken);
        return ValueTask.FromResult(_messages.TryDequeue(out var message) ? (true, (T)message) : (false, default!));
    }

    public ValueTask WriteAsync<T>(T message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Tokens.Add(cancellationToken);
        Written.Add(message);
        return default;
    }

    public void UseJsonTypes(IJsonTypeInfoResolver types) => throw new NotSupportedException("these messages are never JSON");
}
