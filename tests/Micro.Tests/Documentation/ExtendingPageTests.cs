using System.Net.Http.Headers;
using System.Text;
using Micro.Client;
using Micro.Registry;
using Micro.Selection;
using Micro.Tests.Hosting.Generic;

namespace Micro.Tests.Documentation;

/// <summary>The parts that docs/extending.md shows do what it says.</summary>
public sealed class ExtendingPageTests : IAsyncLifetime
{
    private const string Xml = "application/xml";
    private readonly IRegistry _registry = MemoryRegistry.Create();
    private readonly List<MicroService> _services = [];

    [Fact]
    public void Types_OfThePage_AreTheCompiledCode()
    {
        var compiled = Lines(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "tests", "Micro.Tests", "Documentation", "ExtendingParts.cs"))).ToList();
        var types = CodeBlocks.FindAll("csharp").Where(block => block.Page == "docs/extending.md")
            .Select(block => block.Code[block.Code.IndexOf("public sealed ", StringComparison.Ordinal)..]).ToList();

        types.Should().HaveCount(4);
        types.SelectMany(Lines).Should().BeSubsetOf(compiled);
    }

    [Fact]
    public async Task Strategy_FirstNode_KeepsToOneNode()
    {
        await ServeAsync("a");
        await ServeAsync("b");
        var client = Create(options => options.ClientOnly().Strategy(new ExtendingParts.FirstNode())).Client;

        (await AnswersAsync(client, new CallOptions())).Should().Equal("a");
    }

    [Fact]
    public async Task Filter_WithoutLabel_LeavesTheOtherNodes()
    {
        await ServeAsync("a", label: "canary");
        await ServeAsync("b");
        var client = Create(options => options.ClientOnly()).Client;

        (await AnswersAsync(client, new CallOptions { Select = new SelectOptions { Filters = [new ExtendingParts.WithoutLabel("canary")] } })).Should().Equal("b");
        new ExtendingParts.WithoutLabel("x").Should().Be(new ExtendingParts.WithoutLabel("x"), "the selector keeps the result of equal filters");
    }

    [Fact]
    public async Task Codec_OfXml_CarriesMessagesAndRefusesOtherBytes()
    {
        var server = await ServeAsync("a");
        var client = Create(options => options.ClientOnly().ClientOptions(client => client.Codecs[Xml] = new ExtendingParts.XmlCodec())).Client;

        (await client.CallAsync<string, string>("page", "Page.Echo", "<&>", new CallOptions { ContentType = Xml })).Should().Be("a: <&>");

        using var http = new HttpClient();
        (await PostAsync(http, server, Xml, "no xml")).Should().Be(400);
        (await PostAsync(http, server, "application/unknown", "x")).Should().Be(415);
    }

    [Fact]
    public async Task Interceptors_OfTheTenant_LetCallsWithOneIn()
    {
        await ServeAsync("a", options => options.WrapHandler(new ExtendingParts.RequireTenant()));

        (await AnswersAsync(Create(options => options.ClientOnly().WrapClient(new ExtendingParts.SendTenant("acme"))).Client, new CallOptions())).Should().Equal("a");
        var refused = () => Create(options => options.ClientOnly()).Client.CallAsync<string, string>("page", "Page.Echo", "x");
        (await refused.Should().ThrowAsync<MicroException>()).Which.Should().Match<MicroException>(error => error.Code == 400 && error.Detail == "the metadata Tenant is missing");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        await _registry.DisposeAsync();
    }

    private async Task<MicroService> ServeAsync(string id, Action<MicroServiceOptions>? configure = null, string? label = null)
    {
        var service = Create(options =>
        {
            options.Name("page").Id(id).ServerOptions(server => server.Codecs[Xml] = new ExtendingParts.XmlCodec());
            configure?.Invoke(options);
            if (label is not null)
            {
                options.Metadata(label, "yes");
            }
        });
        service.Handle<string, string>("Page.Echo", (text, _) => Task.FromResult($"{id}: {text}"));
        await service.StartAsync();
        return service;
    }

    private MicroService Create(Action<MicroServiceOptions> configure)
    {
        var service = MicroService.Create(options =>
        {
            TestHost.Isolate(options, _registry);
            configure(options);
        });
        _services.Add(service);
        return service;
    }

    /// <summary>Answers of many calls, by node.</summary>
    private static async Task<IEnumerable<string>> AnswersAsync(IMicroClient client, CallOptions options)
    {
        var answers = new List<string>();
        for (var call = 0; call < 20; call++)
        {
            answers.Add((await client.CallAsync<string, string>("page", "Page.Echo", "x", options)).Split(':')[0]);
        }

        return answers.Distinct();
    }

    private static async Task<int> PostAsync(HttpClient http, MicroService server, string contentType, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{server.Server.Address}/") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        request.Headers.Add("Micro-Endpoint", "Page.Echo");
        using var answer = await http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
}
