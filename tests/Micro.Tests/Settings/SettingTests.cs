using Micro.Client;
using Micro.Server;
using Micro.Settings;

namespace Micro.Tests.Settings;

/// <summary>Each setting is read back as it is applied.</summary>
public sealed class SettingTests
{
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["client"] = "grpc",
        ["server"] = "grpc",
        ["transport"] = "http",
        ["registry"] = "etcd,consul",
        ["registry_address"] = "consul=10.0.0.1,etcd=10.0.0.2",
        ["registry_timeout"] = "250ms",
        ["selector"] = "roundrobin",
        ["selector_cache_ttl"] = "7s",
        ["server_metadata"] = "zone=a,rack=7",
        ["server_name"] = "orders",
        ["server_version"] = "2.0",
        ["server_id"] = "orders-7",
        ["server_address"] = "127.0.0.1:7000",
        ["server_advertise"] = "10.0.0.9:7000",
        ["server_drain_delay"] = "11s",
        ["server_stream_drain_timeout"] = "12s",
        ["server_allowed_origins"] = "https://a.example,https://b.example",
        ["server_allowed_hosts"] = "a.example,b.example",
        ["server_debug"] = "false",
        ["auth_public_key"] = "a2V5",
        ["server_shutdown_timeout"] = "13s",
        ["server_max_message_size"] = "5MiB",
        ["register_ttl"] = "91s",
        ["register_interval"] = "31s",
        ["client_request_timeout"] = "32s",
        ["client_retries"] = "3",
        ["client_pool_size"] = "33",
        ["client_pool_ttl"] = "34s",
        ["client_pool_close_timeout"] = "35s",
        ["client_max_message_size"] = "6MiB",
        ["server_tls_cert"] = "server.pem",
        ["server_tls_key"] = "server.key",
        ["server_tls_key_password"] = "***",
        ["server_tls_client_ca"] = "clients.pem",
        ["server_tls_client_cert"] = "request",
        ["client_tls_ca"] = "servers.pem",
        ["client_tls_cert"] = "client.pem",
        ["client_tls_key"] = "client.key",
        ["client_tls_key_password"] = "***",
        ["client_tls_server_name"] = "orders.example",
        ["client_tls"] = "true",
        ["network"] = "go.micro.network",
        ["network_address"] = "10.0.0.7:8085",
        ["proxy"] = "go.micro.proxy",
        ["tls_insecure"] = "true",
        ["log_level"] = "warn",
    };

    public static TheoryData<string> Names => [.. Values.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_AfterApply_ReturnsTheValue(string name)
    {
        var options = new MicroServiceOptions();
        var target = new SettingTarget(options, new ServerOptions { DebugHandler = true }, new ClientOptions(), ["consul", "etcd"]);
        if (name == "tls_insecure")
        {
            target.Client.Tls = new();
        }

        var setting = SettingsTable.All.Single(setting => setting.Name == name);
        var before = setting.Read(target);

        setting.Apply(target, Values[name]);

        setting.Read(target)!.Split(',').Should().BeEquivalentTo(Values[name].Split(','));
        (name == "transport" || before != setting.Read(target)).Should().BeTrue("the value is not the default");
    }

    [Fact]
    public void Values_OfThisTest_CoverEverySetting() =>
        SettingsTable.All.Select(static setting => setting.Name).Should().BeEquivalentTo(Values.Keys.Append("client_defaults"), "a preset is seen in the settings it changes");
}
