using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Micro.Client;
using Micro.Transport.Grpc.Framing;
using Micro.Transport.Security;

namespace Micro.Transport.Grpc.Client;

/// <summary>Calls nodes over gRPC.</summary>
internal sealed class GrpcClientTransport : IClientTransport
{
    /// <summary>A reset this shortly before the deadline counts as the server's deadline.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMilliseconds(100);

    private readonly ClientOptions _options;
    private readonly TimeProvider _time;
    private readonly CallFormats _formats = new();
    private readonly CallMethods _methods;

    private GrpcClientTransport(ClientOptions options, ClientTls? tls)
    {
        _options = options;
        _time = options.TimeProvider;
        Channels = new NodeChannels(options, tls);
        _methods = new CallMethods(Channels.ReplaceAll);
    }

    public NodeChannels Channels { get; }

    /// <summary>Enables gRPC for clients with these options, where the call or the node requires it.</summary>
    public static void AddTo(ClientOptions options) => options.Grpc = static (options, tls) => new GrpcClientTransport(options, tls);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResponse> CallAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        UnaryCall<TResponse> plan, EncodedRequest request, Node node, TimeSpan limit, CancellationToken cancellationToken)
    {
        var format = _formats.Get(plan.Format);
        var method = _methods.Get<TResponse>(format, plan, node, request.Message, isStream: false);
        CallHeaders.ThrowIfInvalid(plan.Metadata);
        var call = new OutgoingCall(format, limit, plan.Metadata, plan.Options.ResponseMetadata)
        {
            Message = MessageOf(request.Body, format),
            NeedsOnlyGrpcHeaders = NodeProtocol.IsOfThisFramework(node),
        };
        var started = _time.GetTimestamp();
        var channel = Channels.Enter(node, plan.Options.CloseConnection);
        try
        {
            var connecting = channel.ConnectAsync(plan.DialTimeout, cancellationToken);
            var isNew = !connecting.IsCompleted;
            await connecting.ConfigureAwait(false);
            if (isNew)
            {
                call.Timeout = plan.LeftOf(limit, started);
            }

            cancellationToken.ThrowIfCancellationRequested();
            var running = channel.Call(method, call);

            // Disposed only to cancel it: the library releases everything when the call ends.
            using var registration = cancellationToken.UnsafeRegister(static call => ((AsyncUnaryCall<object>)call!).Dispose(), running);
            var answer = await running.ResponseAsync.ConfigureAwait(false);
            return CallMethods.ResponseOf<TResponse>(answer);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("the attempt was abandoned", exception, cancellationToken);
        }
        catch (Exception exception)
        {
            var error = CallErrors.Of(exception, call, node.Address, channel.Refusal);
            throw error is GrpcException { StatusCode: StatusCode.Cancelled, Kind: ErrorKind.Broken } && _time.GetElapsedTime(started) >= limit - ClockSkew
                ? new GrpcException(StatusCode.DeadlineExceeded, $"{node.Address} reset the call at its deadline", innerException: exception)
                : error;
        }
        finally
        {
            call.Report?.End(call);
            channel.Exit();
        }
    }

    public async ValueTask<IClientStream<TRequest, TResponse>> OpenStreamAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        StreamCall<TRequest, TResponse> plan, Node node, CancellationToken cancellationToken)
    {
        var format = _formats.Get(plan.Format);
        var method = _methods.Get<TResponse>(format, plan, node, request: null, isStream: true);
        CallHeaders.ThrowIfInvalid(plan.Metadata);
        var channel = Channels.Enter(node, plan.Options.CloseConnection);
        var life = CancellationTokenSource.CreateLinkedTokenSource(plan.Caller);
        GrpcCallStream<TRequest, TResponse>? stream = null;
        try
        {
            await channel.ConnectAsync(plan.DialTimeout, cancellationToken).ConfigureAwait(false);
            var call = new OutgoingCall(format, plan.StreamTimeout, plan.Metadata, plan.Options.ResponseMetadata)
            {
                Messages = new MessagesContent(life.Token),
                NeedsOnlyGrpcHeaders = NodeProtocol.IsOfThisFramework(node),
            };
            stream = new GrpcCallStream<TRequest, TResponse>(channel, node, plan, _options, method, call, life, plan.Caller);
            await stream.OpenAsync(cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            if (stream is null)
            {
                life.Dispose();
                channel.Exit();
            }
            else
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    public long HeardAt(string address) => Channels.HeardAt(address);

    public void RetireSilent(string address, long since) => Channels.RetireSilent(address, since);

    public void Dispose() => Channels.Dispose();

    /// <summary>Returns the message in an encoded request: without the frame of its content type, and JSON without line end.</summary>
    private static ReadOnlyMemory<byte> MessageOf(ReadOnlyMemory<byte> body, CallFormat format)
    {
        var message = format.IsFramed ? body[FramePrefix.Length..] : body;
        return format.IsJson && message.Span.EndsWith("\n"u8) ? message[..^1] : message;
    }
}
