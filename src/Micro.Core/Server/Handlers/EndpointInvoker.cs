using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Micro.Codecs;

namespace Micro.Server.Handlers;

/// <summary>One endpoint, bound once at start to typed code: no reflection per call.</summary>
internal abstract class EndpointInvoker(Registry.Endpoint description, bool isStream, bool isInternal)
{
    public string Name => Description.Name;

    public Registry.Endpoint Description { get; } = description;

    public bool IsStream { get; } = isStream;

    /// <summary>Callable, but not advertised.</summary>
    public bool IsInternal { get; } = isInternal;

    /// <summary>The definition of the endpoint for interceptors.</summary>
    public EndpointDefinition Definition { get; init; } = new(description.Name, description.Metadata, []);

    /// <summary>Descriptor of the request; <see langword="null"/> if it is not a protobuf message.</summary>
    public abstract MessageDescriptor? RequestDescriptor { get; }

    /// <summary>Descriptor of the response; <see langword="null"/> if it is not a protobuf message.</summary>
    public abstract MessageDescriptor? ResponseDescriptor { get; }

    /// <summary>
    /// The rpc as declared in its <c>.proto</c> file, with service and file; <see langword="null"/> for a handler without
    /// one.
    /// </summary>
    public MethodDescriptor? Method { get; init; }

    /// <summary>The JSON type information of its messages; <see langword="null"/> for that of the codec.</summary>
    public IJsonTypeInfoResolver? JsonTypes { get; init; }

    /// <summary>Checks that the plain messages of the endpoint have members to send.</summary>
    /// <exception cref="ArgumentException">A message has private state only.</exception>
    public abstract void CheckMessages();

    /// <summary>
    /// Decodes the request synchronously (its memory is not kept), runs interceptors and handler, encodes the response.
    /// After any exception the output may hold the beginning of a response.
    /// </summary>
    /// <exception cref="CodecException">
    /// The request cannot be decoded; thrown before anything runs and never for another reason: a response that cannot be
    /// encoded is an <see cref="InvalidOperationException"/>.
    /// </exception>
    public virtual ValueTask InvokeAsync(HandlerContext context, ICodec codec, in ReadOnlySequence<byte> request, IBufferWriter<byte> response) =>
        throw new InvalidOperationException($"{Name} is a stream");

    /// <summary>Runs interceptors and handler on a stream; the stream ends without error when it returns.</summary>
    public virtual ValueTask InvokeStreamAsync(HandlerContext context, IMessageStream stream) =>
        throw new InvalidOperationException($"{Name} is not a stream");

    /// <summary>Returns the descriptor of a generated message type, from an empty message.</summary>
    protected static MessageDescriptor? Describe<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>() =>
        typeof(IMessage).IsAssignableFrom(typeof(T)) ? (EmptyMessage<T>.Create() as IMessage)?.Descriptor : null;
}
