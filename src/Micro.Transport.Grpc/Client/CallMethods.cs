using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Grpc.Core;
using Micro.Client;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// Creates one method per endpoint, format and type of the response. Messages are encoded before and only copied here, so
/// that a call that is refused and sent again is not encoded twice. Safe for concurrent use.
/// </summary>
/// <param name="onFull">Called when the methods are too many; channels keep each method they have seen and must go.</param>
internal sealed class CallMethods(Action onFull)
{
    /// <summary>A client that makes names up must not fill the memory.</summary>
    private const int MaxKept = 4096;

    private static readonly Marshaller<OutgoingCall> Requests = new(Write, static _ => throw new NotSupportedException());
    private int _count;

    /// <exception cref="MicroException">The endpoint is not a method of gRPC.</exception>
    public Method<OutgoingCall, object> Get<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        CallFormat format, CallPlan plan, Node node, IMessage? request, bool isStream)
    {
        // The path of a contract says all. A node of this framework knows go-micro's form of the path whatever package the
        // messages have; any other gRPC server expects the package of the service, which is usually that of the messages.
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
            context => MessageCodec.Decode<TResponse>(codec, context.PayloadAsReadOnlySequence()) ?? (object)Absent.Instance);
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
    public static TResponse ResponseOf<TResponse>(object answer) => answer is Absent ? default! : (TResponse)answer;

    private static void Write(OutgoingCall call, SerializationContext context)
    {
        if (!call.TryBegin())
        {
            // Refused unseen twice: whether, when and where it is tried again is decided by retry and its budget.
            throw new GrpcException(StatusCode.Unavailable, "the server refused the request", ErrorKind.NotSent);
        }

        var message = call.Message;
        context.SetPayloadLength(message.Length);
        var output = context.GetBufferWriter();
        message.Span.CopyTo(output.GetSpan(message.Length));
        output.Advance(message.Length);
        context.Complete();
    }

    /// <summary>Stands for a decoded <see langword="null"/>, which the library takes for a missing message.</summary>
    private sealed class Absent
    {
        public static readonly Absent Instance = new();
    }
}
