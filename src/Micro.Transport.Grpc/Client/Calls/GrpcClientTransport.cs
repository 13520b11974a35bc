using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Micro.Client;
using Micro.Codecs;
using Micro.Registry;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>Calls nodes over gRPC.</summary>
internal sealed class GrpcClientTransport : IClientTransport
{
    /// <summary>A server that resets a call so shortly before our own clock does has seen its deadline pass.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMilliseconds(100);

    private readonly ClientOptions _options;
    private readonly TimeProvider _time;
    private readonly CallFormats _formats = new();
    private readonly CallHeaders _headers = new();

    private GrpcClientTransport(ClientOptions options)
    {
        _options = options;
        _time = options.TimeProvider;
        Channels = new NodeChannels(options);
    }

    public NodeChannels Channels { get; }

    /// <summary>Makes clients of these options call nodes over gRPC where that is asked for or all they speak.</summary>
    public static void AddTo(ClientOptions options) => options.Grpc = static options => new GrpcClientTransport(options);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResponse> CallAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        CallPlan plan,
        IMessage? request,
        ReadOnlyMemory<byte> body,
        Node node,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        var format = _formats.Get(plan.Format);
        var started = _time.GetTimestamp();
        var channel = Channels.Enter(node, plan.Options.CloseConnection);
        var content = new MessageContent(MessageOf(body.Span, format));
        try
        {
            using var message = channel.NewRequest(plan.Service, plan.Endpoint, CallPath.PackageOf<TResponse>(request), content);
            _headers.Write(message, format, limit, plan.Metadata);
            await channel.ConnectAsync(plan.DialTimeout, cancellationToken).ConfigureAwait(false);

            // Disposing it before its end tells the server that nobody waits any more.
            using var response = await channel.SendAsync(message, cancellationToken).ConfigureAwait(false);
            channel.OnAnswer();
            return await ReadAsync<TResponse>(response, format.Codec, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            if (!channel.IsPinged && _time.GetElapsedTime(started) >= limit / 2 && !channel.HasAnsweredSince(started))
            {
                // As silent as a connection whose other end is gone; nothing else would find that out for many minutes.
                Channels.Replace(channel);
            }

            throw new OperationCanceledException("the attempt was given up", exception, cancellationToken);
        }
        catch (Exception exception)
        {
            var error = CallErrors.Of(exception, node.Address, content.HasBegun);
            throw error is GrpcException { StatusCode: GrpcStatusCode.Cancelled, Kind: ErrorKind.Broken } && _time.GetElapsedTime(started) >= limit - ClockSkew
                ? new GrpcException(GrpcStatusCode.DeadlineExceeded, $"{node.Address} reset the call at its deadline", innerException: exception)
                : error;
        }
        finally
        {
            content.Release();
            channel.Exit();
        }
    }

    public async ValueTask<IClientStream<TRequest, TResponse>> OpenStreamAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        CallPlan plan,
        Node node,
        CancellationToken caller,
        CancellationToken cancellationToken)
    {
        var format = _formats.Get(plan.Format);
        var channel = Channels.Enter(node, plan.Options.CloseConnection);
        var life = CancellationTokenSource.CreateLinkedTokenSource(caller);
        GrpcCallStream<TRequest, TResponse>? stream = null;
        try
        {
            var content = new MessagesContent(life.Token);
            var message = channel.NewRequest(plan.Service, plan.Endpoint, CallPath.PackageOf<TResponse>(null), content);
            _headers.Write(message, format, plan.StreamTimeout, plan.Metadata);
            await channel.ConnectAsync(plan.DialTimeout, cancellationToken).ConfigureAwait(false);
            stream = new GrpcCallStream<TRequest, TResponse>(channel, node, plan, format.Codec, format.IsJson, _options, message, content, life, caller);
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

    public void Dispose() => Channels.Dispose();

    /// <summary>The message in an encoded request: without the frame of its content type, and JSON without line end.</summary>
    private static ReadOnlySpan<byte> MessageOf(ReadOnlySpan<byte> body, CallFormat format)
    {
        var message = format.IsFramed ? body[Framing.FrameWriter.PrefixLength..] : body;
        return format.IsJson && message.EndsWith("\n"u8) ? message[..^1] : message;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResponse> ReadAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        HttpResponseMessage response,
        ICodec codec,
        CancellationToken cancellationToken)
    {
        ResponseStatus.ThrowIfNotGrpc(response);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var messages = new ResponseMessages(stream, _options.Limits.MaxMessageBytes, ResponseStatus.Encoding(response));
        if (!await messages.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            ResponseStatus.ThrowIfNotOk(response);
            throw Malformed("the answer holds no message");
        }

        var result = MessageCodec.Decode<TResponse>(codec, messages.Message);
        if (await messages.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            throw Malformed("a unary call was answered by several messages");
        }

        ResponseStatus.ThrowIfNotOk(response);
        return result;
    }

    private static GrpcException Malformed(string detail) => new(GrpcStatusCode.Internal, detail, ErrorKind.Protocol);
}
