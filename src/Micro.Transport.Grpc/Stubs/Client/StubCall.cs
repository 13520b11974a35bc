using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Micro.Client;
using Microsoft.Extensions.ObjectPool;
using CallOptions = Grpc.Core.CallOptions;
using MicroCallOptions = Micro.Client.CallOptions;

namespace Micro.Transport.Grpc.Stubs.Client;

/// <summary>One call of a generated client: its options in the terms of this framework, its metadata and its end.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2091", Justification = "Generated messages: their parser refers to the constructor that decoding needs.")]
[SuppressMessage("Design", "CA1001", Justification = "The end of the call disposes it.")]
internal sealed class StubCall
{
    public static readonly Func<object, Task<Metadata>> GetHeaders = static call => ((StubCall)call).GetHeadersAsync();
    public static readonly Func<object, Status> GetStatus = static call => ((StubCall)call).FinalStatus;
    public static readonly Func<object, Metadata> GetTrailers = static call => ((StubCall)call).FinalTrailers;
    public static readonly Action<object> Dispose = static call => ((StubCall)call).Cancel();

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private static readonly object Success = Status.DefaultSuccess;

    private readonly StubCallInvoker _invoker;
    private readonly string _endpoint;
    private readonly MicroCallOptions _options;
    private readonly ResponseMetadata _metadata = new();
    private readonly ObjectPool<CancellationTokenSource>? _sources;
    private readonly CancellationTokenRegistration _onCancelled;
    private readonly DateTimeOffset _deadline;
    private readonly bool _isWaitForReady;
    private CancellationTokenSource? _cancellation;
    private volatile bool _isCancelled;
    private volatile object? _status;

    /// <param name="invoker">The client, the service and the options of all calls.</param>
    /// <param name="method">The method of the generated client.</param>
    /// <param name="options">Deadline, headers and cancellation of the call.</param>
    /// <param name="sources">The pool of cancellation sources; <see langword="null"/> to create one.</param>
    public StubCall(StubCallInvoker invoker, IMethod method, CallOptions options, ObjectPool<CancellationTokenSource>? sources)
    {
        _invoker = invoker;
        _endpoint = StubEndpoints.Of(method);
        _metadata.IsRepeated = _isWaitForReady = options.IsWaitForReady;
        _sources = sources;
        _cancellation = sources?.Get() ?? new CancellationTokenSource();
        CancellationToken = _cancellation.Token;
        _deadline = options.Deadline is { } deadline && deadline != DateTime.MaxValue ? new DateTimeOffset(deadline.ToUniversalTime()) : DateTimeOffset.MaxValue;
        _options = invoker.Defaults with
        {
            Metadata = Merge(invoker.Defaults.Metadata, options.Headers),
            ResponseMetadata = _metadata,
            Rpc = method.FullName,
        };
        _onCancelled = options.CancellationToken.UnsafeRegister(Dispose!, this);
    }

    /// <summary>Fires when the caller cancels or disposes the call.</summary>
    public CancellationToken CancellationToken { get; }

    private Status FinalStatus => _status is Status status ? status : throw new InvalidOperationException("the call has not ended: its status is not known yet");

    private Metadata FinalTrailers =>
        _status is not null ? ReadTrailers() : throw new InvalidOperationException("the call has not ended: its trailers are not known yet");

    /// <exception cref="RpcException">The call failed.</exception>
    public async Task<TResponse> RunAsync<TRequest, TResponse>(TRequest request)
        where TRequest : class
        where TResponse : class
    {
        try
        {
            var call = _isWaitForReady
                ? RunWaitingAsync<TRequest, TResponse>(request)
                : _invoker.Client.CallAsync<TRequest, TResponse>(_invoker.Service, _endpoint, request, WithDeadline(), CancellationToken);
            var response = await call.ConfigureAwait(false);
            End();
            return response;
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Fail(exception);
        }
    }

    /// <exception cref="RpcException">No node opened the stream.</exception>
    public async Task<IClientStream<TRequest, TResponse>> OpenAsync<TRequest, TResponse>()
        where TRequest : class
        where TResponse : class
    {
        try
        {
            return await RunAsync(options => _invoker.Client.OpenStreamAsync<TRequest, TResponse>(
                _invoker.Service,
                _endpoint,
                _deadline == DateTimeOffset.MaxValue ? options : options with { StreamTimeout = options.RequestTimeout },
                CancellationToken)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Fail(exception);
        }
    }

    /// <summary>Records the success of the call.</summary>
    public void End()
    {
        CompleteMetadata();
        _status ??= Success;
        if (TakeCancellation() is { } cancellation)
        {
            if (_sources is null)
            {
                cancellation.Dispose();
            }
            else
            {
                _sources.Return(cancellation);
            }
        }
    }

    /// <summary>Records the failure of the call, and returns it as callers of generated clients expect it.</summary>
    public RpcException Fail(Exception exception)
    {
        CompleteMetadata();
        var failure = FailureOf(exception);
        _status ??= failure.Status;

        // Not reused: remains of the failed call may still hold the token.
        TakeCancellation()?.Dispose();
        return failure;
    }

    /// <summary>Returns a failure as callers of generated clients expect it; that of the call itself when it has ended.</summary>
    public RpcException FailureOf(Exception exception)
    {
        var trailers = ReadTrailers();
        if (exception is GrpcException { StatusDetails.IsEmpty: false } answered && trailers.Get(StubStatus.DetailsKey) is null)
        {
            trailers.Add(StubStatus.DetailsKey, answered.StatusDetails.ToArray());
        }

        return new RpcException(
            _status is Status known ? known : StubStatus.Of(exception, _metadata.Trailers, _isCancelled),
            trailers);
    }

    private void CompleteMetadata()
    {
        _metadata.IsRepeated = false;
        _metadata.Complete();
    }

    private void Cancel()
    {
        if (TakeCancellation() is { } cancellation)
        {
            _isCancelled = true;
            cancellation.Cancel();
        }
    }

    /// <summary>Returns the cancellation to the first caller that ends or cancels the call; <see langword="null"/> to all others.</summary>
    private CancellationTokenSource? TakeCancellation()
    {
        _onCancelled.Unregister();
        return Interlocked.Exchange(ref _cancellation, null);
    }

    private async Task<Metadata> GetHeadersAsync() =>
        MetadataText.FromCall(await _metadata.Headers.ConfigureAwait(false), HeaderRules.IsReserved);

    private Metadata ReadTrailers() =>
        MetadataText.FromCall(_metadata.Trailers, static key => HeaderRules.IsReserved(key) && !key.Equals(StubStatus.DetailsKey, StringComparison.OrdinalIgnoreCase));

    private Task<TResponse> RunWaitingAsync<TRequest, TResponse>(TRequest request)
        where TRequest : class
        where TResponse : class =>
        RunAsync(options => _invoker.Client.CallAsync<TRequest, TResponse>(_invoker.Service, _endpoint, request, options, CancellationToken));

    /// <summary>Runs the call; a call that waits for the service is repeated as long as no node can be reached.</summary>
    private async Task<T> RunAsync<T>(Func<MicroCallOptions, Task<T>> run)
    {
        var pause = FirstPause;
        while (true)
        {
            var options = WithDeadline();
            try
            {
                return await run(options).ConfigureAwait(false);
            }
            catch (MicroException exception) when (_isWaitForReady && StubStatus.IsNotReady(exception) && _invoker.Time.GetUtcNow() < _deadline)
            {
                await Task.Delay(pause, _invoker.Time, CancellationToken).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>
    /// A deadline replaces the client's time limits, for the call and for its attempts: callers of gRPC expect that a server
    /// may use all of it.
    /// </summary>
    private MicroCallOptions WithDeadline()
    {
        if (_deadline == DateTimeOffset.MaxValue)
        {
            return _options;
        }

        var left = _deadline - _invoker.Time.GetUtcNow();
        return left > TimeSpan.Zero
            ? _options with { RequestTimeout = left, AttemptTimeout = _options.AttemptTimeout ?? left }
            : throw new MicroException(408, "go.micro.client", $"{_endpoint}: the deadline has passed", ErrorKind.Timeout);
    }

    private static CallMetadata? Merge(CallMetadata? defaults, Metadata? headers)
    {
        if (defaults is null || headers is not { Count: > 0 })
        {
            return MetadataText.ToCall(headers) ?? defaults;
        }

        var merged = CallMetadata.Copy(defaults);
        MetadataText.CopyTo(headers, merged);
        return merged;
    }
}
