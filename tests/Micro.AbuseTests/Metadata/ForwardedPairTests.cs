using System.Text;
using System.Text.Json;
using Xunit.Abstractions;

namespace Micro.AbuseTests.Metadata;

/// <summary>Metadata of all sorts through a service that passes it on over the other protocol: S9.</summary>
public sealed class ForwardedPairTests(ITestOutputHelper output)
{
    private static readonly int Pairs = AbuseProfile.Pick(1_000, 20_000);

    [Fact]
    public Task Forward_GeneratedPairsFromGrpcToMucp_RefusedOrIdenticalAndOthersGoOn_S9() => AttackAsync("mucp", CallGrpcAsync);

    [Fact]
    public Task Forward_GeneratedPairsFromMucpToGrpc_RefusedOrIdenticalAndOthersGoOn_S9() => AttackAsync("grpc", CallMucpAsync);

    private async Task AttackAsync(string client, Func<string, string, string, Task<Dictionary<string, string>?>> callAsync)
    {
        // The suite goes the same way each time; the full profile goes new ones.
        var seed = AbuseProfile.Pick(45110722, Environment.TickCount);
        output.WriteLine($"seed {seed}");
        await using var service = await ForwardingService.StartAsync(client);
        using var stop = new CancellationTokenSource();
        var bystander = CallOthersAsync(service, stop.Token);
        var usual = (await callAsync(service.Address, "good", "2"))!.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var pairs = new HostilePairs(seed);
        var (arrived, problems) = (0, new List<string>());

        for (var count = 0; count < Pairs; count++)
        {
            var (name, value) = pairs.Next();
            Dictionary<string, string>? read;
            try
            {
                read = await callAsync(service.Address, name, value);
            }
            catch (OperationCanceledException)
            {
                problems.Add($"{JsonSerializer.Serialize(name)}: {JsonSerializer.Serialize(value)}: no answer");
                continue;
            }

            if (read is not null)
            {
                arrived++;
                if (ArrivedPairs.Judge(name, value, read, usual) is { } problem)
                {
                    problems.Add($"{JsonSerializer.Serialize(name)}: {JsonSerializer.Serialize(value)}: {problem}");
                }
            }
        }

        await stop.CancelAsync();
        var others = await bystander;
        output.WriteLine($"{arrived} of {Pairs} calls were not refused, {others.Calls} calls of others, {others.Failures.Count} failed");
        string.Join('\n', problems).Should().BeEmpty("seed {0} repeats them", seed);
        others.Failures.Should().BeEmpty("calls of others on the same connections are none of the attacker's business");
        others.Calls.Should().BePositive();
        arrived.Should().BeGreaterThan(Pairs / 10, "most pairs are harmless");
    }

    private static async Task<(int Calls, List<string> Failures)> CallOthersAsync(ForwardingService service, CancellationToken stop)
    {
        var (calls, failures) = (0, new List<string>());
        while (!stop.IsCancellationRequested)
        {
            foreach (var call in Enumerable.Range(0, 8).Select(_ => service.CallPlainAsync()).ToList())
            {
                calls++;
                try
                {
                    (await call).GetValueOrDefault("good").Should().Be("1");
                }
                catch (Exception exception)
                {
                    failures.Add(exception.Message);
                }
            }
        }

        return (calls, failures);
    }

    /// <summary>Returns what arrived behind the service; <see langword="null"/> when the call was refused.</summary>
    private static async Task<Dictionary<string, string>?> CallGrpcAsync(string address, string name, string value)
    {
        using var socket = await Http2Socket.ConnectAsync(address);
        List<(string, string)> headers = [.. Http2Socket.CallHeaders("/front.Test/Forward", ("content-type", "application/grpc+json")), (name, value)];
        if (name != "good")
        {
            headers.Add(("good", "2"));
        }

        var answer = await socket.CallAsync(1, [0, 0, 0, 0, 2, (byte)'{', (byte)'}'], headers);
        return answer.GrpcStatus == "0" ? Read(answer.Body.ToArray().AsSpan(5)) : null;
    }

    /// <inheritdoc cref="CallGrpcAsync"/>
    private static async Task<Dictionary<string, string>?> CallMucpAsync(string address, string name, string value)
    {
        if (name is "micro-cancel" or "micro-mux")
        {
            return null; // a cancellation has no reply, and a multiplexed connection stays open behind it
        }

        if (name.Contains(':', StringComparison.Ordinal) || name.Contains('\n', StringComparison.Ordinal) || value.Contains('\n', StringComparison.Ordinal))
        {
            return null; // on a line of text these are other headers, or none
        }

        using var socket = await RawSocket.ConnectAsync(address);
        await socket.SendRequestAsync("Test.Forward", "{}", $"Micro-Id: 7\r\n{name}: {value}\r\n" + (name == "good" ? "" : "good: 2\r\n") + "Connection: close\r\n");
        var reply = Encoding.UTF8.GetString(await socket.ReadToEndAsync(seconds: 5));
        var body = reply.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return reply.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) && !reply.Contains("Micro-Error", StringComparison.OrdinalIgnoreCase)
            ? Read(Encoding.UTF8.GetBytes(reply[(body + 4)..]))
            : null;
    }

    /// <summary>Reads the names without regard to case, as names of headers are.</summary>
    private static Dictionary<string, string> Read(ReadOnlySpan<byte> json) =>
        new(JsonSerializer.Deserialize<Dictionary<string, string>>(json)!, StringComparer.OrdinalIgnoreCase);
}
