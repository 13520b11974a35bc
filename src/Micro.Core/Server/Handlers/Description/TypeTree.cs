using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Micro.Codecs;
using Micro.Registry;

namespace Micro.Server.Handlers.Description;

/// <summary>Describes a message type as Go services do, so that tools show endpoints of both alike.</summary>
internal static class TypeTree
{
    /// <summary>The root is level 0; nothing of this level is described. It also ends recursive types.</summary>
    public const int MaxLevel = 3;

    public static Value Describe<[DynamicallyAccessedMembers(IMicroServer.Describable)] T>() =>
        typeof(IMessage).IsAssignableFrom(typeof(T)) && EmptyMessage<T>.Create() is IMessage message
            ? ProtoTypeTree.Describe(message.Descriptor, null, 0)
            : PlainTypeTree.Describe(typeof(T), null, 0);
}
