using System.Net;

namespace Micro.AbuseTests.Floods;

/// <summary>Hostile bodies over HTTP/1.1: S17.</summary>
public sealed class HostileBodyTests
{
    private const int MegaByte = 1024 * 1024;
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task Bodies_NestedTooDeep_AreRefused_S17()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        string[] bodies = [new string('[', MegaByte), string.Concat(Enumerable.Repeat("{\"Text\":", 100_000)), "{\"Text\":\"\\ud800\"}"];
        var errors = new List<string?>();

        var harm = await Harm.OfAsync(server, bystander, async () =>
        {
            using var socket = await RawSocket.ConnectAsync(server.Address, Attacker);
            for (var request = 0; request < AbuseProfile.Pick(150, 1500); request++)
            {
                await socket.SendRequestAsync("Faults.Ask", bodies[request % bodies.Length]);
                errors.Add((await socket.ReadAsync())?.Error);
            }
        });

        errors.Should().AllSatisfy(static error => error.Should().Contain("\"code\":400", "the connection goes on and each is answered"));
        harm.Check("S17", "1 MB of [, 100,000 levels, lone surrogates, mucp", 32);
    }
}
