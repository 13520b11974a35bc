using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using Micro.Authentication.Stubs;

namespace Micro.Authentication;

/// <summary>Tests the endpoints that a server adds itself: with authentication on, only health needs no token.</summary>
public sealed class DebugTests : IDisposable
{
    private readonly Tokens _tokens = new();

    public void Dispose() => _tokens.Dispose();

    [Theory]
    [InlineData("Debug.Stats", "mucp")]
    [InlineData("Debug.Health", "mucp")]
    [InlineData("Debug.Stats", "grpc")]
    [InlineData("Debug.Health", "grpc")]
    public async Task Debug_WithAuthentication_IsForCallersWithATokenOnly(string endpoint, string protocol)
    {
        await using var vault = await Vault.StartAsync(jwt => jwt.PublicKey = _tokens.PublicKey);

        (await vault.CallAsync(endpoint, null, protocol)).Should().Be(401);
        (await vault.CallAsync(endpoint, _tokens.Go(), protocol)).Should().Be(200);
    }

    [Fact]
    public async Task Reflection_WithAuthentication_IsForCallersWithATokenOnly()
    {
        await using var vault = await Vault.StartAsync(jwt => jwt.PublicKey = _tokens.PublicKey);

        (await ReflectAsync(vault, null)).Should().Be(StatusCode.Unauthenticated);
        (await ReflectAsync(vault, _tokens.Go())).Should().Be(StatusCode.OK);
    }

    [Fact]
    public async Task Debug_SwitchedOffByOneFlag_IsGoneWithReflection()
    {
        await using var vault = await Vault.StartAsync(jwt => jwt.PublicKey = _tokens.PublicKey, args: ["--server_debug=false"]);

        (await vault.CallAsync("Debug.Stats", _tokens.Go())).Should().Be(404);
        (await ReflectAsync(vault, _tokens.Go())).Should().Be(StatusCode.Unimplemented);
    }

    [Fact]
    public async Task Health_WithAuthentication_StaysOpen()
    {
        await using var vault = await Vault.StartAsync(jwt => jwt.PublicKey = _tokens.PublicKey);
        using var http = new HttpClient();
        using var channel = GrpcChannel.ForAddress($"http://{vault.Address}");

        (await http.GetAsync($"http://{vault.Address}/health/ready")).IsSuccessStatusCode.Should().BeTrue();
        (await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest())).Status.Should().Be(1, "SERVING");
    }

    private static async Task<StatusCode> ReflectAsync(Vault vault, string? token)
    {
        using var channel = GrpcChannel.ForAddress($"http://{vault.Address}");
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(
            token is null ? null : new Metadata { { "authorization", $"Bearer {token}" } });
        try
        {
            await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "*" });
            return await call.ResponseStream.MoveNext(CancellationToken.None) ? StatusCode.OK : call.GetStatus().StatusCode;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }
}
