using System.Diagnostics.CodeAnalysis;

namespace Micro.Server.Handlers;

/// <summary>A stream as the transport offers it to handlers, before types: one reader and one writer at a time.</summary>
internal interface IMessageStream
{
    /// <summary>Receives a message, or nothing at the end of the client's messages.</summary>
    ValueTask<(bool HasMessage, T Message)> ReadAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        CancellationToken cancellationToken);

    ValueTask WriteAsync<T>(T message, CancellationToken cancellationToken);
}
