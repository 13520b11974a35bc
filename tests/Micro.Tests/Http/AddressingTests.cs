using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using Micro.Http;
using Micro.Registry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Tests.Http;

/// <summary>Which hosts are services, and what arrives at the node.</summary>
public sealed class AddressingTests : DiscoveryTest
{
    [Theory]
    [InlineData("http://orders/", "orders")]
    [InlineData("http://Orders/", "orders")]
    [InlineData("https://orders/", "orders")]
    [InlineData("http://go.micro.srv.orders/x", "go.micro.srv.orders")]
    [InlineData("http://my_orders/", "my_orders")]
    [InlineData("http://orders:80/", "orders")]
    [InlineData("http://orders:8080/", null)]
    [InlineData("http://127.0.0.1/", null)]
    [InlineData("http://[::1]/", null)]
    [InlineData("http://localhost/", null)]
    public void Find_Host_TellsTheService(string uri, string? service) =>
        new ServiceNames(Options).Find(new Uri(uri)).Should().Be(service);

    [Theory]
    [InlineData("http://orders.micro/", "orders")]
    [InlineData("http://a.b.MICRO/", "a.b")]
    [InlineData("http://example.com/", null)]
    [InlineData("http://micro/", null)]
    [InlineData("http://SHOP/", "com.acme/Orders")]
    public void Find_WithSuffixAndServices_TakesOnlyTheirs(string uri, string? service)
    {
        Options.Suffix = ".micro";
        Options.Services["shop"] = "com.acme/Orders";

        new ServiceNames(Options).Find(new Uri(uri)).Should().Be(service);
    }

    [Fact]
    public async Task Send_ServiceName_ReachesTheNodeWithPathAndQueryAsWritten()
    {
        await using var node = await WebNode.StartAsync(context => context.Response.WriteAsync(
            context.Features.Get<IHttpRequestFeature>()!.RawTarget + " " + context.Request.Host));
        using var client = ClientOver(node.Node);

        var text = await client.GetStringAsync(new Uri("http://orders/a%2Fb/%E2%82%AC?q=1%202&r=%25#part"));

        text.Should().Be($"/a%2Fb/%E2%82%AC?q=1%202&r=%25 {node.Address}");
        Reports.Should().Equal($"{node.Node.Id}: answered");
    }

    [Fact]
    public async Task Send_HostHeaderByServiceName_SaysTheNameInTheUri()
    {
        await using var node = await WebNode.StartAsync(context => context.Response.WriteAsync(context.Request.Host.Value!));
        Options.HostHeader = HttpHostHeader.ServiceName;
        Options.Suffix = ".micro";
        using var client = ClientOver(node.Node);

        (await client.GetStringAsync(new Uri("http://orders.micro/"))).Should().Be("orders.micro");
    }

    [Fact]
    public async Task Send_HostHeaderOfTheCaller_Stays()
    {
        await using var node = await WebNode.StartAsync(context => context.Response.WriteAsync(context.Request.Host.Value!));
        Options.HostHeader = HttpHostHeader.ServiceName;
        using var client = ClientOver(node.Node);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://orders/") { Headers = { Host = "shop.example" } };

        using var response = await client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Be("shop.example");
        request.Headers.Host.Should().Be("shop.example");
    }

    [Fact]
    public async Task Send_ToAnAddress_PassesUntouched()
    {
        await using var node = await WebNode.StartAsync("here");
        using var client = ClientOver(WebNode.Gone());

        (await client.GetStringAsync(new Uri($"http://{node.Address}/"))).Should().Be("here");
        Selector.Picks.Should().Be(0);
    }

    [Fact]
    public async Task Send_ToAnAddressWithRefuse_IsAnErrorThatNamesIt()
    {
        Options.OtherHosts = HttpOtherHosts.Refuse;
        using var client = ClientOver(WebNode.Gone());

        var act = () => client.GetStringAsync(new Uri("http://127.0.0.1:5000/"));

        (await act.Should().ThrowAsync<HttpRequestException>().WithMessage("host '127.0.0.1:5000' is not a service name*OtherHosts*"))
            .WithInnerException<MicroException>().Which.Kind.Should().Be(ErrorKind.InvalidRequest);
    }

    [Fact]
    public async Task Send_UnknownNameWithPassAll_GoesOnToDns()
    {
        Options.OtherHosts = HttpOtherHosts.PassAll;
        var selector = new FixedSelector { PickError = () => new ServiceNotFoundException("memory", "example.com") };
        using var inner = new StubHandler(request => new HttpResponseMessage { Content = new StringContent(request.RequestUri!.ToString()) });
        using var client = ClientOver(selector, inner);

        (await client.GetStringAsync(new Uri("http://example.com/x"))).Should().Be("http://example.com/x");
    }

    [Fact]
    public async Task Send_RegistryAwayWithPassAll_StaysAnError()
    {
        Options.OtherHosts = HttpOtherHosts.PassAll;
        var selector = new FixedSelector { PickError = () => new RegistryUnavailableException("consul", "refused") };
        using var inner = new StubHandler(_ => new HttpResponseMessage());
        using var client = ClientOver(selector, inner);

        var act = () => client.GetAsync(new Uri("http://orders/"));

        await act.Should().ThrowAsync<HttpRequestException>();
        inner.Requests.Should().Be(0);
    }

    [Theory]
    [InlineData("http://orders/", "protocol", "mucp", "http://127.0.0.1:9/")]
    [InlineData("http://orders/", "secure", "true", "https://127.0.0.1:9/")]
    [InlineData("http://orders/", "scheme", "HTTPS", "https://127.0.0.1:9/")]
    [InlineData("ws://orders/", "protocol", "https", "wss://127.0.0.1:9/")]
    [InlineData("https://orders/", "scheme", "http", "https://127.0.0.1:9/")]
    public void TryCreate_Scheme_IsNeverLessSecureThanAsked(string uri, string key, string value, string target)
    {
        var node = new Node { Id = "1", Address = "127.0.0.1:9", Metadata = new Dictionary<string, string> { [key] = value } };

        NodeUri.TryCreate(new Uri(uri), node, out var made).Should().BeTrue();

        made!.ToString().Should().Be(target);
    }

    [Theory]
    [InlineData(HttpHostHeader.Automatic, "orders", SslPolicyErrors.RemoteCertificateChainErrors)]
    [InlineData(HttpHostHeader.NodeAddress, null, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch)]
    public async Task Send_NodeWithTls_VerifiesTheNameThatTheHostHeaderSays(HttpHostHeader hostHeader, string? asked, SslPolicyErrors found)
    {
        using var certificate = WebNode.CertificateFor("orders");
        string? name = null;
        await using var node = await WebNode.StartTlsAsync(
            context => context.Response.WriteAsync(context.Request.Host.Value!),
            serverName =>
            {
                name = serverName;
                return certificate;
            });
        Options.HostHeader = hostHeader;
        var errors = SslPolicyErrors.None;
        using var inner = new SocketsHttpHandler { UseProxy = false };
        inner.SslOptions.RemoteCertificateValidationCallback = (_, _, _, problems) =>
        {
            errors = problems;
            return problems != SslPolicyErrors.None; // the certificate is made by the test itself
        };
        var secure = node.Node with { Metadata = new Dictionary<string, string> { ["secure"] = "true" } };
        using var client = ClientOver(new FixedSelector { Nodes = [secure] }, inner);

        (await client.GetStringAsync(new Uri("http://orders/"))).Should().Be(asked ?? node.Address);

        (string.IsNullOrEmpty(name) ? null : name).Should().Be(asked);
        errors.Should().Be(found);
    }

    [Fact]
    public async Task Send_CertificateOfAnotherName_TriesTheNextNode()
    {
        using var right = WebNode.CertificateFor("orders");
        using var wrong = WebNode.CertificateFor("intruder");
        await using var intruder = await WebNode.StartTlsAsync(context => context.Response.WriteAsync("intruder"), _ => wrong);
        await using var node = await WebNode.StartTlsAsync(context => context.Response.WriteAsync("orders"), _ => right);
        using var inner = new SocketsHttpHandler { UseProxy = false };
        inner.SslOptions.RemoteCertificateValidationCallback = (_, _, _, problems) => !problems.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        Selector.Nodes = [intruder.Node, node.Node];
        using var client = ClientOver(Selector, inner);

        using var response = await client.PostAsJsonAsync(new Uri("https://orders/"), "x");

        (await response.Content.ReadAsStringAsync()).Should().Be("orders");
        intruder.Requests.Should().Be(0);
        Reports.Should().Equal($"{intruder.Node.Id}: Connect", $"{node.Node.Id}: answered");
    }

    [Fact]
    public async Task Send_RedirectOnTheNode_EndsAtAUriOfTheService()
    {
        await using var node = await WebNode.StartAsync(context =>
        {
            if (context.Request.Path == "/old")
            {
                context.Response.Redirect("/new?x=1");
            }

            return Task.CompletedTask;
        });
        using var client = ClientOver(node.Node);

        using var response = await client.GetAsync(new Uri("http://orders/old"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.RequestMessage!.RequestUri.Should().Be(new Uri("http://orders/new?x=1"));
    }

    [Fact]
    public async Task Send_RedirectToADeadHost_IsNotTheNodesFailure()
    {
        var gone = WebNode.Gone().Address;
        await using var node = await WebNode.StartAsync(context =>
        {
            context.Response.Redirect($"http://{gone}/");
            return Task.CompletedTask;
        });
        using var client = ClientOver(node.Node, WebNode.Gone());
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://orders/old");

        var act = () => client.SendAsync(request);

        await act.Should().ThrowAsync<HttpRequestException>();
        Reports.Should().Equal($"{node.Node.Id}: answered");
        request.RequestUri.Should().Be(new Uri("http://orders/old"));
    }

    [Fact]
    public void Constructor_WrongOptions_NamesAllProblems()
    {
        Options.Retries = 6;
        Options.Suffix = "micro";
        Options.AttemptTimeout = TimeSpan.Zero;
        Options.Services["http://x"] = "";
        Options.RetryBudgetRatio = 2;
        Options.RetryBudgetFloor = -1;

        var act = () => new MicroDiscoveryHandler(new FixedSelector(), Options);

        act.Should().Throw<MicroConfigurationException>().Which.Problems.Should().HaveCount(6);
    }
}
