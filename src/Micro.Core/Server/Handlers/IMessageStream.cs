using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Micro.Server.Handlers;

/// <summary>A transport's stream without types. One reader and one writer at a time.</summary>
internal interface IMessageStream
{
    /// <summary>Receives a message; <see langword="null"/> at the end of the client's messages.</summary>
    ValueTask<(bool HasMessage, T Message)> ReadAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        CancellationToken cancellationToken);

    ValueTask WriteAsync<T>(T message, CancellationToken cancellationToken);

    /// <summary>Sets the JSON type information of the messages, before the first message is read or written.</summary>
    void UseJsonTypes(IJsonTypeInfoResolver types);
}
