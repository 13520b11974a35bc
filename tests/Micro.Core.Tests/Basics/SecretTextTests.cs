
namespace Micro.Basics;

public sealed class SecretTextTests
{
    [Theory]
    [InlineData("https://root:canary@etcd:2379", "https://***@etcd:2379")]
    [InlineData("root:canary@etcd,https://other", "***@etcd,https://other")]
    [InlineData("etcd=root:canary@10.0.0.1", "etcd=***@10.0.0.1")]
    [InlineData("https://root:can@ary@etcd", "https://***@etcd")]
    [InlineData("https://root:can/ary@etcd", "https://***@etcd")]
    [InlineData("root:can=ary@etcd", "***@etcd")]
    [InlineData("http://consul:8500/?token=canary", "http://consul:8500/?***")]
    [InlineData("http://consul:8500/?token=can@ary", "http://consul:8500/?***")]
    [InlineData("http://root:canary@consul?token=canary", "http://***@consul?***")]
    [InlineData("http://[::1]:8500", "http://[::1]:8500")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void WithoutSecrets_Addresses_ShowsHostsOnly_S23(string? given, string shown) =>
        SecretText.WithoutSecrets(given).Should().Be(shown);
}
