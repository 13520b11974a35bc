using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Grpc.Core;
using Micro.Client;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// Creates one method per endpoint, format and type of the response. Messages arrive encoded and are only copied here, so
/// a resent call is not encoded twice. Safe for concurrent use.
/// </summary>
/// <param name="onFull">Called when there are too many methods; channels keep each method they have seen and must be replaced.</param>
internal sealed class CallMethods(Action onFull)
{
    /// <summary>Bounds the memory of a client that invents endpoint names.</summary>
    private const int MaxKept = 4096;

    private static readonly Marshaller<OutgoingCall> Requests = new(Write, static _ => throw new NotSupportedException());
    private int _count;

    /// <exception cref="MicroException">The endpoint is not a method of gRPC.</exception>
    public Method<OutgoingCall, object> Get<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        CallFormat format, CallPlan plan, Node node, IMessage? request, bool isStream)
    {
        // The path of a contract is complete. Nodes of this framework accept go-micro's form of the path whatever the package of
        // the messages; any other gRPC server expects the package of the service, which is usually that of the messages.
        var package = NodeProtocol.IsOfThisFramework(node) ? null : CallPath.PackageOf<TResponse>(request);
        var key = new MethodKey(plan.Service, plan.Options.Rpc ?? plan.Endpoint, package, typeof(TResponse), isStream);
        return format.Methods.TryGetValue(key, out var method) ? method : Add<TResponse>(format, key);
    }

    private Method<OutgoingCall, object> Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        CallFormat format, in MethodKey key)
    {
        var path = CallPath.Of(key.Service, key.Endpoint, key.Package);
        var slash = path.LastIndexOf('/');
        var codec = format.Codec;
        var responses = new Marshaller<object>(
            static (_, _) => throw new NotSupportedException(),
            context => MessageCodec.Decode<TResponse>(codec, context.PayloadAsReadOnlySequence()) ?? (object)NullMessage.Instance);
        var method = new Method<OutgoingCall, object>(
            key.IsStream ? MethodType.DuplexStreaming : MethodType.Unary, path[1..slash], path[(slash + 1)..], Requests, responses);
        if (Interlocked.Increment(ref _count) > MaxKept)
        {
            Volatile.Write(ref _count, 0);
            format.Methods.Clear();
            onFull();
        }

        return format.Methods.GetOrAdd(key, method);
    }

    /// <summary>Returns the response in an answer of the library.</summary>
    public static TResponse ResponseOf<TResponse>(object answer) => answer is NullMessage ? default! : (TResponse)answer;

    private static void Write(OutgoingCall call, SerializationContext context)
    {
        if (!call.TryBegin())
        {
            // Refused unprocessed twice: the retry policy and its budget decide about another attempt.
            throw new GrpcException(StatusCode.Unavailable, "the server refused the request", ErrorKind.NotSent);
        }

        var message = call.Message;
        context.SetPayloadLength(message.Length);
        var output = context.GetBufferWriter();
        message.Span.CopyTo(output.GetSpan(message.Length));
        output.Advance(message.Length);
        context.Complete();
    }

    /// <summary>Represents a decoded <see langword="null"/>, which the library would report as a missing message.</summary>
    private sealed class NullMessage
    {
        public static readonly NullMessage Instance = new();
    }
}
