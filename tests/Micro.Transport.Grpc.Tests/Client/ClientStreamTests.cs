using Greeter;
using Micro.Client;
using Micro.Transport.Grpc.Tests.Server;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>Streams of our client against our server.</summary>
public sealed class ClientStreamTests
{
    [Theory]
    [InlineData("application/protobuf")]
    [InlineData("application/json")]
    public async Task OpenStreamAsync_Bidirectional_EachMessageIsAnswered(string contentType)
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.PingPongAsync(new CallOptions { ContentType = contentType });
        await using var pongs = stream.ReadAllAsync().GetAsyncEnumerator();

        for (var stroke = 1L; stroke <= 20; stroke++)
        {
            await stream.SendAsync(new Ping { Stroke = stroke });
            (await pongs.MoveNextAsync()).Should().BeTrue();
            pongs.Current.Stroke.Should().Be(stroke);
        }

        await stream.CompleteAsync();
        (await pongs.MoveNextAsync()).Should().BeFalse();
        await FluentActions.Awaiting(() => stream.SendAsync(new Ping()).AsTask()).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task OpenStreamAsync_Server_AllMessagesInOrder()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<StreamRequest, StreamResponse>("greeter", "Greeter.Stream");
        await stream.SendAsync(new StreamRequest { Count = 5000 });

        (await ReadAsync(stream)).Select(response => response.Count).Should().Equal(Enumerable.Range(0, 5000).Select(count => (long)count));
        (await ReadAsync(stream)).Should().BeEmpty("an ended stream stays ended");
    }

    [Fact]
    public async Task OpenStreamAsync_Client_OneAnswerAtTheEnd()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<StreamRequest, StreamResponse>("greeter", "Greeter.Sum");
        for (var number = 1; number <= 1000; number++)
        {
            await stream.SendAsync(new StreamRequest { Count = number });
        }

        await stream.CompleteAsync();

        (await ReadAsync(stream)).Should().ContainSingle().Which.Count.Should().Be(500_500);
    }

    [Fact]
    public async Task ReadAllAsync_ErrorAfterMessages_MessagesThenError()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<StreamRequest, StreamResponse>("greeter", "Greeter.Stream");
        await stream.SendAsync(new StreamRequest { Count = 13 });
        var seen = new List<long>();

        var error = (await FluentActions.Awaiting(async () =>
        {
            await foreach (var response in stream.ReadAllAsync())
            {
                seen.Add(response.Count);
            }
        }).Should().ThrowAsync<MicroException>()).Which;

        seen.Should().Equal(0, 1);
        (error.Code, error.Id, error.Detail).Should().Be((409, "greeter.stream", "unlucky"));
        error.Node!.Address.Should().Be(server.Address);
        await FluentActions.Awaiting(() => ReadAsync(stream)).Should().ThrowAsync<MicroException>("a failed stream stays failed");
    }

    [Fact]
    public async Task ReadAllAsync_UnknownEndpoint_StatusInHeadersIsTheError()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<StreamRequest, StreamResponse>("greeter", "Greeter.Nope");

        var error = (await FluentActions.Awaiting(() => ReadAsync(stream)).Should().ThrowAsync<MicroException>()).Which;

        (error.Code, error.Detail).Should().Be((501, "unknown service Greeter.Nope"));
        var sending = (await FluentActions.Awaiting(async () =>
        {
            while (true)
            {
                await stream.SendAsync(new StreamRequest());
            }
        }).Should().ThrowAsync<MicroException>()).Which;
        sending.Code.Should().BeOneOf(501, 503);
    }

    [Fact]
    public async Task DisposeAsync_BeforeTheEnd_TheHandlerIsCancelled()
    {
        var patient = new Patient();
        await using var server = await GrpcServerFixture.StartAsync(handlers: server => server.Handle(patient));
        await using var client = new GrpcClientFixture(null, server.Address);
        var stream = await client.Client.OpenStreamAsync<StreamRequest, StreamResponse>("greeter", "Patient.Wait");
        await stream.SendAsync(new StreamRequest { Count = 0 });
        await patient.Entered.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await stream.DisposeAsync();

        await patient.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await FluentActions.Awaiting(() => stream.SendAsync(new StreamRequest()).AsTask()).Should().ThrowAsync<ObjectDisposedException>();
        await FluentActions.Awaiting(() => ReadAsync(stream)).Should().ThrowAsync<ObjectDisposedException>();
        (await client.HelloAsync()).Msg.Should().Be("Hello Anna");
        client.Transport.Channels.Connections.Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAllAsync_Cancelled_ThrowsAndTheHandlerIsCancelled(bool byTheStream)
    {
        var patient = new Patient();
        await using var server = await GrpcServerFixture.StartAsync(handlers: server => server.Handle(patient));
        await using var client = new GrpcClientFixture(null, server.Address);
        using var source = new CancellationTokenSource();
        await using var stream = await client.Client.OpenStreamAsync<StreamRequest, StreamResponse>(
            "greeter", "Patient.Wait", cancellationToken: byTheStream ? source.Token : default);
        await stream.SendAsync(new StreamRequest { Count = 0 });
        await patient.Entered.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var reading = ReadAsync(stream, byTheStream ? default : source.Token);

        await source.CancelAsync();

        await FluentActions.Awaiting(() => reading).Should().ThrowAsync<OperationCanceledException>();
        await patient.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task ReadAllAsync_StreamTimeout_TimesOutOnBothSides()
    {
        var patient = new Patient();
        await using var server = await GrpcServerFixture.StartAsync(handlers: server => server.Handle(patient));
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<StreamRequest, StreamResponse>(
            "greeter", "Patient.Wait", new CallOptions { StreamTimeout = TimeSpan.FromSeconds(1) });
        await stream.SendAsync(new StreamRequest { Count = 0 });

        var error = (await FluentActions.Awaiting(() => ReadAsync(stream)).Should().ThrowAsync<MicroException>()).Which;

        (error.Code, error.Kind).Should().Be((408, ErrorKind.Timeout));
        await patient.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task SendAsync_ServerReadsNothing_WaitsInsteadOfBuffering()
    {
        await using var server = await GrpcServerFixture.StartAsync(handlers: server => server.Handle(new Deaf()));
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<byte[], byte[]>("greeter", "Deaf.Ignore");
        var message = new byte[64 * 1024];
        var sent = 0;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        await FluentActions.Awaiting(async () =>
        {
            while (sent < 10_000)
            {
                await stream.SendAsync(message, limit.Token);
                sent++;
            }
        }).Should().ThrowAsync<OperationCanceledException>();

        sent.Should().BeLessThan(200);
    }

    [Fact]
    public async Task SendAsync_MessageAboveTheLimit_IsRefusedAndTheStreamLives()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(options => options.Limits.MaxMessageBytes = 4096, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<Request, Pong>("greeter", "Greeter.PingPong");

        var error = (await FluentActions.Awaiting(() => stream.SendAsync(new Request { Name = new string('n', 5000) }).AsTask())
            .Should().ThrowAsync<MicroException>()).Which;

        (error.Code, error.Kind).Should().Be((413, ErrorKind.InvalidRequest));
        await stream.CompleteAsync();
        (await ReadAsync(stream)).Should().BeEmpty();
    }

    private static async Task<List<TResponse>> ReadAsync<TRequest, TResponse>(IClientStream<TRequest, TResponse> stream, CancellationToken cancellationToken = default)
    {
        var responses = new List<TResponse>();
        await foreach (var response in stream.ReadAllAsync(cancellationToken))
        {
            responses.Add(response);
        }

        return responses;
    }

    private sealed class Patient
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async IAsyncEnumerable<StreamResponse> Wait(
            StreamRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Entered.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => Cancelled.SetResult(), TaskScheduler.Default);
            yield return new StreamResponse { Count = request.Count };
        }
    }

    private sealed class Deaf
    {
        public async IAsyncEnumerable<byte[]> Ignore(IAsyncEnumerable<byte[]> messages, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            await foreach (var message in messages)
            {
                yield return message;
            }
        }
    }
}
