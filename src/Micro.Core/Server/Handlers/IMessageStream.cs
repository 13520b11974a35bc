using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Micro.Server.Handlers;

/// <summary>A stream as the transport offers it to handlers, before types: one reader and one writer at a time.</summary>
internal interface IMessageStream
{
    /// <summary>Receives a message, or nothing at the end of the client's messages.</summary>
    ValueTask<(bool HasMessage, T Message)> ReadAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        CancellationToken cancellationToken);

    ValueTask WriteAsync<T>(T message, CancellationToken cancellationToken);

    /// <summary>What describes the messages to the JSON codec; given before the first message is read or written.</summary>
    void UseJsonTypes(IJsonTypeInfoResolver types);
}
