using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Micro.AbuseTests.Lab;

/// <summary>A headless Chromium, driven by its DevTools protocol. Every name under <c>.test</c> is this machine for it.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";
    private const string Announcement = "DevTools listening on ";

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private int _lastId;

    private Browser(Process process, string profile) => (_process, _profile) = (process, profile);

    public static bool IsInstalled => File.Exists(Program);

    public static async Task<Browser> StartAsync()
    {
        var profile = Directory.CreateTempSubdirectory("micro-browser-").FullName;
        string[] flags =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--remote-debugging-port=0", $"--user-data-dir={profile}", "--host-resolver-rules=MAP *.test 127.0.0.1", "about:blank",
        ];
        var process = Process.Start(new ProcessStartInfo(Program, flags) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var browser = new Browser(process, profile);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
            {
                await browser._socket.ConnectAsync(new Uri(line[Announcement.Length..]), limit.Token);
                _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
                return browser;
            }
        }

        await browser.DisposeAsync();
        throw new InvalidOperationException("the browser ended instead of listening");
    }

    /// <summary>Opens a page and returns its session.</summary>
    public async Task<string> OpenAsync(string url)
    {
        var target = await AskAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        var attached = await AskAsync("Target.attachToTarget", new JsonObject { ["targetId"] = (string)target["targetId"]!, ["flatten"] = true });
        var session = (string)attached["sessionId"]!;
        await AskAsync("Page.navigate", new JsonObject { ["url"] = url }, session);
        await Wait.UntilAsync(async () => await RunAsync(session, "document.readyState") == "complete" && await RunAsync(session, "location.href") == url, () => $"{url} is open");
        return session;
    }

    /// <summary>Runs a script in a page, waits for its promise and returns the result as text.</summary>
    public async Task<string> RunAsync(string session, string script)
    {
        var answer = await AskAsync("Runtime.evaluate", new JsonObject { ["expression"] = script, ["awaitPromise"] = true, ["returnByValue"] = true, ["userGesture"] = true }, session);
        return answer["exceptionDetails"] is { } failure ? $"failed: {failure["exception"]?["description"]}" : answer["result"]?["value"]?.ToString() ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        await Wait.UntilAsync(() => Task.FromResult(TryDelete()), () => "the profile is deleted");
    }

    private bool TryDelete()
    {
        try
        {
            Directory.Delete(_profile, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false; // a process of the browser is still ending
        }
    }

    private async Task<JsonNode> AskAsync(string method, JsonObject parameters, string? session = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var id = ++_lastId;
        var question = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null)
        {
            question["sessionId"] = session;
        }

        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(question), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        while (true)
        {
            using var text = new MemoryStream();
            var buffer = new byte[16 * 1024];
            ValueWebSocketReceiveResult part;
            do
            {
                part = await _socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
                text.Write(buffer, 0, part.Count);
            }
            while (!part.EndOfMessage);

            // Events are passed over.
            var answer = JsonNode.Parse(text.ToArray())!;
            if ((int?)answer["id"] == id)
            {
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer["error"]}");
            }
        }
    }
}
