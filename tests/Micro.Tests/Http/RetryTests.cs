using System.Net;
using System.Net.Sockets;
using System.Text;
using Micro.Http;
using Micro.Registry;
using Micro.Selection;
using Micro.Testing;
using Microsoft.AspNetCore.Http;

namespace Micro.Tests.Http;

/// <summary>When a request goes to another node, and when it must not.</summary>
public sealed class RetryTests : DiscoveryTest
{
    private static readonly Uri Orders = new("http://orders/");

    [Fact]
    public async Task Post_ConnectionRefused_GoesToAnotherNodeWithItsWholeBody()
    {
        await using var node = await WebNode.StartAsync(EchoAsync);
        using var client = ClientOver(WebNode.Gone(), node.Node);
        using var body = new StreamContent(new MemoryStream("a stream, once"u8.ToArray()));

        using var response = await client.PostAsync(Orders, body);

        (await response.Content.ReadAsStringAsync()).Should().Be("a stream, once");
        Reports.Should().Equal("gone: Connect", $"{node.Node.Id}: answered");
    }

    [Fact]
    public async Task Get_RefusedWithRealSelector_EjectsTheNodeAtOnce()
    {
        await using var node = await WebNode.StartAsync("ok");
        await using var registry = MemoryRegistry.Create();
        var gone = WebNode.Gone();
        await registry.RegisterAsync(new ServiceRecord { Name = "orders", Nodes = [gone, node.Node] }, new RegisterOptions());
        await using var inner = Selectors.Create(options =>
        {
            options.Registry = registry;
            options.Strategy = SelectorStrategies.RoundRobin;
        });
        var connections = new List<string>();
        using var sockets = new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero };
        sockets.ConnectCallback = async (context, cancellationToken) =>
        {
            connections.Add(context.DnsEndPoint.ToString());
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
        using var client = ClientOver(inner, sockets);

        for (var call = 0; call < 10; call++)
        {
            (await client.GetStringAsync(Orders)).Should().Be("ok");
        }

        connections.Count(address => address.EndsWith(gone.Address.Split(':')[1], StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task Get_ConnectionBroken_GoesToAnotherNode()
    {
        await using var breaking = new BreakingNode();
        await using var node = await WebNode.StartAsync("ok");
        using var client = ClientOver(breaking.Node, node.Node);

        (await client.GetStringAsync(Orders)).Should().Be("ok");

        breaking.Requests.Should().BePositive();
        Reports.Should().Equal("breaking: Broken", $"{node.Node.Id}: answered");
    }

    [Fact]
    public async Task Post_ConnectionBroken_IsNotRepeated()
    {
        await using var breaking = new BreakingNode();
        await using var node = await WebNode.StartAsync("ok");
        using var client = ClientOver(breaking.Node, node.Node);
        using var body = new StringContent("x");
        using var request = new HttpRequestMessage(HttpMethod.Post, Orders) { Content = body };

        var act = () => client.SendAsync(request);

        var error = (await act.Should().ThrowAsync<HttpRequestException>().WithMessage("service 'orders': attempt 1 failed at node breaking on 127.0.0.1:*"))
            .WithInnerException<MicroException>().Which;
        error.Kind.Should().Be(ErrorKind.Broken);
        error.Attempts.Should().Be(1);
        error.Node!.Id.Should().Be("breaking");
        node.Requests.Should().Be(0);
        request.RequestUri.Should().Be(Orders);
    }

    [Fact]
    public async Task Post_MarkedIdempotent_IsRepeated()
    {
        await using var breaking = new BreakingNode();
        await using var node = await WebNode.StartAsync(EchoAsync);
        using var client = ClientOver(breaking.Node, node.Node);
        using var request = new HttpRequestMessage(HttpMethod.Post, Orders) { Content = new StringContent("again") };
        request.Options.Set(MicroDiscoveryHandler.Idempotent, true);

        using var response = await client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Be("again");
    }

    [Fact]
    public async Task Put_BytesOnABrokenConnection_AreSentAgainWhole()
    {
        await using var breaking = new BreakingNode();
        await using var node = await WebNode.StartAsync(EchoAsync);
        using var client = ClientOver(breaking.Node, node.Node);
        using var body = new MultipartContent { new ByteArrayContent(Encoding.UTF8.GetBytes(new string('x', 300_000))) };

        using var response = await client.PutAsync(Orders, body);

        (await response.Content.ReadAsStringAsync()).Count(letter => letter == 'x').Should().Be(300_000);
    }

    [Fact]
    public async Task Put_StreamOnABrokenConnection_IsNotRepeated()
    {
        await using var breaking = new BreakingNode();
        await using var node = await WebNode.StartAsync("ok");
        using var client = ClientOver(breaking.Node, node.Node);
        using var body = new StreamContent(new MemoryStream(new byte[300_000]));

        var act = () => client.PutAsync(Orders, body);

        await act.Should().ThrowAsync<HttpRequestException>();
        node.Requests.Should().Be(0);
    }

    [Fact]
    public async Task Post_BodyThatCannotBeRead_IsNotTheNodesFailure()
    {
        await using var node = await WebNode.StartAsync(EchoAsync);
        using var client = ClientOver(node.Node);
        using var body = new PushContent(_ => throw new IOException("the uploader went away"));

        var act = () => client.PutAsync(Orders, body);

        await act.Should().ThrowAsync<HttpRequestException>();
        Reports.Should().Equal($"{node.Node.Id}: Cancelled");
    }

    [Theory]
    [InlineData(500, "Application")]
    [InlineData(503, "Unavailable")]
    [InlineData(404, "answered")]
    public async Task Get_ErrorOfTheService_IsHandedOnOnce(int status, string report)
    {
        await using var node = await WebNode.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        using var client = ClientOver(node.Node, WebNode.Gone());

        using var response = await client.GetAsync(Orders);

        ((int)response.StatusCode).Should().Be(status);
        node.Requests.Should().Be(1);
        Reports.Should().Equal($"{node.Node.Id}: {report}");
    }

    [Fact]
    public async Task Get_OnlyNodeRefuses_AsksTheRegistryOnceAndFails()
    {
        using var client = ClientOver(WebNode.Gone());

        var act = () => client.GetAsync(Orders);

        var error = (await act.Should().ThrowAsync<HttpRequestException>()).Which;
        error.HttpRequestError.Should().Be(HttpRequestError.ConnectionError);
        error.InnerException.Should().BeOfType<MicroException>().Which.InnerException.Should().BeOfType<HttpRequestException>();
        Selector.Refreshes.Should().Be(1);
        Reports.Should().OnlyContain(report => report == "gone: Connect" || report == "gone: Cancelled").And.ContainSingle(report => report == "gone: Connect");
    }

    [Fact]
    public async Task Get_NodeMoved_IsFoundAtItsNewAddress()
    {
        await using var node = await WebNode.StartAsync("moved");
        using var client = ClientOver(WebNode.Gone());
        Selector.OnRefresh = () => Selector.Nodes = [node.Node];

        (await client.GetStringAsync(Orders)).Should().Be("moved");
    }

    [Fact]
    public async Task Get_AllNodesRefuse_StopsAfterTheRetries()
    {
        Options.Retries = 2;
        using var client = ClientOver([.. Enumerable.Range(0, 9).Select(number => WebNode.Gone($"gone-{number}"))]);

        var act = () => client.GetAsync(Orders);

        (await act.Should().ThrowAsync<HttpRequestException>()).WithInnerException<MicroException>().Which.Attempts.Should().Be(3);
        Reports.Should().Equal("gone-0: Connect", "gone-1: Connect", "gone-2: Connect");
    }

    [Fact]
    public async Task Get_RetryBudgetSpent_IsNotRepeated()
    {
        (Options.RetryBudgetRatio, Options.RetryBudgetFloor) = (0, 0);
        var log = new CapturingLoggerFactory();
        Options.LoggerFactory = log;
        await using var breaking = new BreakingNode();
        await using var node = await WebNode.StartAsync("ok");
        using var client = ClientOver(breaking.Node, node.Node);

        var act = () => client.GetAsync(Orders);

        await act.Should().ThrowAsync<HttpRequestException>();
        node.Requests.Should().Be(0);
        Reports.Should().Equal("breaking: Broken", $"{node.Node.Id}: Cancelled");
    }

    [Fact]
    public async Task Get_TimeoutOfTheClient_IsTheCallersAndSaysNothingOfTheNode()
    {
        await using var node = await WebNode.StartAsync(HangAsync);
        using var client = ClientOver(node.Node, WebNode.Gone());
        client.Timeout = TimeSpan.FromMilliseconds(200);

        var act = () => client.GetAsync(Orders);

        (await act.Should().ThrowAsync<TaskCanceledException>()).WithInnerException<TimeoutException>();
        Reports.Should().Equal($"{node.Node.Id}: Cancelled");
    }

    [Fact]
    public async Task Get_AttemptTimeout_GoesToAnotherNode()
    {
        Options.AttemptTimeout = TimeSpan.FromMilliseconds(200);
        await using var hanging = await WebNode.StartAsync(HangAsync);
        await using var node = await WebNode.StartAsync("ok");
        using var client = ClientOver(hanging.Node, node.Node);

        (await client.GetStringAsync(Orders)).Should().Be("ok");

        Reports.Should().Equal($"{hanging.Node.Id}: Timeout", $"{node.Node.Id}: answered");
    }

    [Fact]
    public async Task Post_AttemptTimeout_IsAnErrorThatSaysSo()
    {
        Options.AttemptTimeout = TimeSpan.FromMilliseconds(100);
        await using var hanging = await WebNode.StartAsync(HangAsync);
        using var client = ClientOver(hanging.Node, WebNode.Gone());

        var act = () => client.PostAsync(Orders, null);

        (await act.Should().ThrowAsync<HttpRequestException>().WithMessage("*attempt timeout of 0.1 s*"))
            .WithInnerException<MicroException>().Which.Code.Should().Be(408);
    }

    [Fact]
    public async Task Post_ConnectTimeout_GoesToAnotherNode()
    {
        await using var node = await WebNode.StartAsync("ok");
        Selector.Nodes = [new Node { Id = "far", Address = "127.9.9.9:9" }, node.Node];
        using var sockets = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromMilliseconds(300) };
        sockets.ConnectCallback = async (context, cancellationToken) =>
        {
            if (context.DnsEndPoint.Host == "127.9.9.9")
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
        using var client = ClientOver(Selector, sockets);

        using var response = await client.PostAsync(Orders, new StringContent("x"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        Reports.Should().Equal("far: Connect", $"{node.Node.Id}: answered");
    }

    [Fact]
    public async Task Get_RecordWithoutPort_GoesToAnotherNode()
    {
        await using var node = await WebNode.StartAsync("ok");
        using var client = ClientOver(new Node { Id = "odd", Address = "no-port" }, node.Node);

        (await client.GetStringAsync(Orders)).Should().Be("ok");

        Reports.Should().Equal("odd: Connect", $"{node.Node.Id}: answered");
    }

    [Fact]
    public async Task Send_Cancelled_ThrowsAndIsNotRepeated()
    {
        await using var node = await WebNode.StartAsync(HangAsync);
        using var client = ClientOver(node.Node, WebNode.Gone());
        using var stop = new CancellationTokenSource();

        var call = client.GetAsync(Orders, stop.Token);
        await Eventually.TrueAsync(() => node.Requests == 1, "the request arrived");
        await stop.CancelAsync();

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        Reports.Should().Equal($"{node.Node.Id}: Cancelled");
    }

    [Fact]
    public async Task Send_WaitingForTheRegistry_EndsWithTheTimeoutOfTheClient()
    {
        using var client = ClientOver(WebNode.Gone());
        Selector.Gate = new TaskCompletionSource();
        client.Timeout = TimeSpan.FromMilliseconds(100);

        var act = () => client.GetAsync(Orders);

        await act.Should().ThrowAsync<TaskCanceledException>();
    }

    [Fact]
    public async Task Send_NotFoundAtFirst_IsAskedForOnceMore()
    {
        await using var node = await WebNode.StartAsync("new");
        using var client = ClientOver(node.Node);
        Selector.PickError = () => new ServiceNotFoundException("consul", "orders");
        Selector.OnRefresh = () => Selector.PickError = null;

        (await client.GetStringAsync(Orders)).Should().Be("new");
    }

    [Fact]
    public async Task Send_NoNode_NamesServiceRegistryAndFix()
    {
        await NamesAsync(new ServiceNotFoundException("consul", "orders"), ErrorKind.NotFound, "service 'orders' of http://orders: registry consul knows no node*MICRO_REGISTRY*");
        await NamesAsync(new NoneAvailableException("orders"), ErrorKind.NoNode, "service 'orders'*Select*");
        await NamesAsync(new RegistryUnavailableException("etcd", "connection refused"), ErrorKind.Registry, "service 'orders': registry etcd cannot be asked*MICRO_REGISTRY_ADDRESS*connection refused");
        await NamesAsync(new RegistryDeniedException("consul", "403"), ErrorKind.Denied, "service 'orders': registry consul refused*403");
    }

    [Fact]
    public async Task Send_Synchronously_GoesToTheService()
    {
        await using var node = await WebNode.StartAsync("ok");
        await using var registry = MemoryRegistry.Create();
        await registry.RegisterAsync(new ServiceRecord { Name = "orders", Nodes = [node.Node, WebNode.Gone()] }, new RegisterOptions());
        await using var selector = Selectors.Create(options => options.Registry = registry);
        using var client = ClientOver(selector);
        using var request = new HttpRequestMessage(HttpMethod.Get, Orders);

#pragma warning disable CA1849, MA0042, VSTHRD103 // the point of the test
        using var response = client.Send(request);
#pragma warning restore CA1849, MA0042, VSTHRD103

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private async Task NamesAsync(MicroException cause, ErrorKind kind, string message)
    {
        using var client = ClientOver(WebNode.Gone());
        Selector.PickError = () => cause;

        var act = () => client.GetAsync(Orders);

        var error = (await act.Should().ThrowAsync<HttpRequestException>().WithMessage(message)).Which;
        error.HttpRequestError.Should().Be(HttpRequestError.NameResolutionError);
        error.InnerException.Should().BeAssignableTo<MicroException>().Which.Kind.Should().Be(kind);
    }

    private static async Task EchoAsync(HttpContext context) => await context.Request.Body.CopyToAsync(context.Response.Body);

    private static Task HangAsync(HttpContext context) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
}
