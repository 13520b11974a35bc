namespace Micro;

public sealed class CallMetadataTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData(":path")]
    [InlineData("a\r\nb")]
    [InlineData("ä")]
    [InlineData("Host")]
    [InlineData("connection")]
    [InlineData("CONTENT-LENGTH")]
    [InlineData("transfer-encoding")]
    [InlineData("grpc-status")]
    [InlineData("Upgrade")]
    public void Set_KeyThatCannotTravel_IsRefused_S9(string key) =>
        FluentActions.Invoking(() => new CallMetadata()[key] = "v").Should().Throw<ArgumentException>();

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0")]
    [InlineData("\u0001")]
    [InlineData("\u007f")]
    [InlineData(" a")]
    [InlineData("a\t")]
    public void Set_ValueThatCannotTravel_IsRefused_S9(string value) =>
        FluentActions.Invoking(() => new CallMetadata().Add("k", value)).Should().Throw<ArgumentException>();

    [Fact]
    public void Set_HalfASurrogatePair_IsRefused_S9()
    {
        // Not as theory data: attributes keep text as UTF-8, which has no halves.
        foreach (var value in new[] { "\ud800", "a\udc00b", "\udc00\ud800", "\ud83d\ude00\ud83d" })
        {
            FluentActions.Invoking(() => new CallMetadata().Add("k", value)).Should().Throw<ArgumentException>();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb c")]
    [InlineData("größe 漢字 \ud83d\ude00")]
    public void Set_TextValue_IsKept_ByAnySpelling_R_CLI_13(string value)
    {
        var metadata = new CallMetadata { ["X-Tenant"] = value };
        metadata["x-tenant"].Should().Be(value);
        FluentActions.Invoking(() => metadata.Add("x-TENANT", "v")).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("authorization")]
    public void WithoutReceivedToken_TokenOfACaller_IsNotCopied(string name)
    {
        var received = new CallMetadata();
        received.AddReceived(name, "Bearer x").Should().BeTrue();
        received.AddReceived("x-tenant", "blue");

        CallMetadata.WithoutReceivedToken(CallMetadata.Copy(received))!.Select(static pair => pair.Key).Should().Equal("x-tenant");
        received[name].Should().Be("Bearer x", "the handler's own view stays");
    }

    [Fact]
    public void WithoutReceivedToken_TokenThatWasSet_Stays()
    {
        var own = new CallMetadata { ["Authorization"] = "Bearer own" };
        var replaced = new CallMetadata();
        replaced.AddReceived("authorization", "Bearer x");
        replaced["Authorization"] = "Bearer own";

        CallMetadata.WithoutReceivedToken(own).Should().BeSameAs(own);
        CallMetadata.WithoutReceivedToken(replaced).Should().BeSameAs(replaced);
        CallMetadata.WithoutReceivedToken(null).Should().BeNull();
    }
}
