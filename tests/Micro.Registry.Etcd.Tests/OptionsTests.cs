using Micro.Registry.Etcd.Records;
using Microsoft.Extensions.Options;
using Mvccpb;

namespace Micro.Registry.Etcd.Tests;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("10.0.0.5", false, "http://10.0.0.5:2379/")]
    [InlineData("10.0.0.5:1", false, "http://10.0.0.5:1/")]
    [InlineData("etcd.internal", true, "https://etcd.internal:2379/")]
    [InlineData("http://etcd.internal:2380/", false, "http://etcd.internal:2380/")]
    [InlineData("HTTPS://etcd.internal", false, "https://etcd.internal:2379/")]
    [InlineData("::1", false, "http://[::1]:2379/")]
    [InlineData("[::1]", false, "http://[::1]:2379/")]
    [InlineData("[::1]:1", false, "http://[::1]:1/")]
    public void Address_UsualForms_AreRead_E6_R_REG_8(string text, bool secure, string expected)
    {
        EtcdAddress.TryParse(text, secure, out var address).Should().BeTrue();
        address!.ToString().Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ftp://x")]
    [InlineData("x:y")]
    [InlineData("x:0")]
    [InlineData("x:70000")]
    [InlineData("http://x/path")]
    [InlineData("a b")]
    public void Create_AddressIsNonsense_ErrorNamesIt_E6_R_REG_8(string address) =>
        FluentActions.Invoking(() => EtcdRegistry.Create(options => options.Addresses.Add(address)))
            .Should().Throw<OptionsValidationException>().WithMessage($"*'{address}'*");

    [Fact]
    public void Create_SeveralMistakes_AllAreNamed()
    {
        var create = () => EtcdRegistry.Create(options =>
        {
            options.Prefix = "micro";
            options.ForeignPrefixes.Add("/x");
            options.Timeout = TimeSpan.Zero;
            options.MaxReceiveBytes = 1;
            options.Username = "user";
            options.Tls.ClientKeyFile = "key.pem";
        });

        create.Should().Throw<OptionsValidationException>().Which.Failures.Should().HaveCount(6);
    }

    [Fact]
    public void ToString_Options_HoldNoPassword_S23() =>
        new EtcdRegistryOptions { Username = "user", Password = "canary" }.ToString().Should().NotContain("canary");

    [Fact]
    public void Reader_ManyPoisonedValues_FewLogLines_S7()
    {
        using var log = new Micro.Testing.CapturingLoggerFactory();
        var skipped = EtcdBackend.SkipsTo(log.CreateLogger(""), TimeProvider.System);
        var reader = new RecordReader(new EtcdRegistryOptions(), skipped);
        for (var index = 0; index < 10_000; index++)
        {
            var pair = new KeyValue
            {
                Key = Google.Protobuf.ByteString.CopyFromUtf8($"/micro/registry/x/{index}"),
                Value = Google.Protobuf.ByteString.CopyFromUtf8("["),
            };
            reader.TryRead(pair, out _).Should().BeFalse();
        }

        skipped.Count.Should().Be(10_000);
        log.Entries.Count.Should().BeLessThanOrEqualTo(10);
    }
}
