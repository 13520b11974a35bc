
namespace Micro.AbuseTests.Http;

/// <summary>Pages of other sites in a real browser: S28.</summary>
public sealed class BrowserTests
{
    /// <summary>The requests that a page can send to any address, with and without a preflight.</summary>
    public static TheoryData<string, string> Attacks => new()
    {
        { "bytes without a type", "fetch(target, {method: 'POST', mode: 'no-cors', body: new TextEncoder().encode(envelope)}).then(r => r.type, e => 'blocked')" },
        { "text", "fetch(target, {method: 'POST', mode: 'no-cors', body: envelope}).then(r => r.type, e => 'blocked')" },
        { "beacon", "navigator.sendBeacon(target, new TextEncoder().encode(envelope))" },
        { "form", "(() => { const f = document.createElement('form'); f.method = 'POST'; f.enctype = 'text/plain'; f.action = target; const i = document.createElement('input'); i.name = envelope; f.append(i); document.documentElement.append(f); f.submit(); })()" },
        { "JSON with headers", "fetch(target, {method: 'POST', headers: {'Content-Type': 'application/json', 'Micro-Endpoint': 'Test.Echo'}, body: '{}'}).then(r => 'answered', e => 'blocked')" },
        { "gRPC-like type", "fetch(target, {method: 'POST', headers: {'Content-Type': 'application/grpc+json'}, body: '{}'}).then(r => 'answered', e => 'blocked')" },
    };

    [SkippableTheory]
    [MemberData(nameof(Attacks))]
    public async Task Page_OfAnotherSite_RunsNoHandler_S28(string what, string script)
    {
        Skip.IfNot(Browser.IsInstalled, "Chromium is not installed");
        await using var service = await AttackedService.StartAsync();
        await using var browser = await Browser.StartAsync();
        var port = service.Address.Split(':')[1];

        // The page comes from a host of another name; what it says is of no matter.
        var page = await browser.OpenAsync($"http://evil.test:{port}/health/live");
        await browser.RunAsync(page, $"globalThis.target = 'http://127.0.0.1:{port}/'; globalThis.envelope = JSON.stringify({{id: 1, method: 'Test.Echo', params: [{{}}]}});");
        var result = await browser.RunAsync(page, script);

        (await service.ServesAsync()).Should().BeTrue();
        service.Handled.Should().Be(1, "{0} ({1}) runs nothing; the one is the bystander's", what, result);
        result.Should().NotBe("answered");
    }

    [SkippableTheory]
    [InlineData(false, "403", 0)]
    [InlineData(true, "200", 1)]
    public async Task Page_ReboundToTheService_IsRefusedUnlessItsOriginIsAllowed_S28(bool isAllowed, string status, int handled)
    {
        Skip.IfNot(Browser.IsInstalled, "Chromium is not installed");
        var port = FreePorts.Next();
        await using var service = await AttackedService.StartAsync(options => options.Address($"127.0.0.1:{port}").ServerOptions(server =>
        {
            if (isAllowed)
            {
                server.AllowedOrigins.Add($"http://rebound.test:{port}");
            }
        }));
        await using var browser = await Browser.StartAsync();

        // After the change of its name's address a page is of the same origin as the service.
        var page = await browser.OpenAsync($"http://rebound.test:{port}/health/live");
        var result = await browser.RunAsync(
            page, "fetch('/', {method: 'POST', headers: {'Content-Type': 'application/json', 'Micro-Endpoint': 'Test.Echo'}, body: '{}'}).then(r => r.status)");

        result.Should().Be(status);
        service.Handled.Should().Be(handled);
    }
}
