using System.Text;

namespace Micro.Server;

/// <summary>Name and generated id fit the last label of a DNS name together.</summary>
public sealed class DefaultIdTests
{
    [Theory]
    [InlineData("greeter", 36)]
    [InlineData("abcdefghijklmnopqrstuvwxyz", 36)]
    [InlineData("payment-reconciliation-service", 32)]
    [InlineData("a-name-with-no-less-than-forty-letters-x", 22)]
    [InlineData("com.example.a-name-with-no-less-than-forty-letters-x", 22)]
    [InlineData("a-name-with-no-less-than-fifty-four-letters-for-the-id", 8)]
    public void Id_OfALongName_IsShortenedToFit(string name, int length)
    {
        var options = new ServerOptions { Name = name };

        options.Id.Should().HaveLength(length);
        options.Id.Should().Be(options.Id, "it stays the same");
        Encoding.UTF8.GetByteCount($"{name}-{options.Id}".Split('.')[^1]).Should().BeLessThanOrEqualTo(63);
    }

    [Fact]
    public void Id_NoRoom_IsTheGuid() =>
        Guid.TryParse(new ServerOptions { Name = new string('a', 60) }.Id, out _).Should().BeTrue("registries other than mDNS take it");

    [Fact]
    public void Id_LettersOfSeveralBytes_CountAsBytes() => new ServerOptions { Name = new string('ä', 20) }.Id.Should().HaveLength(22);

    [Fact]
    public void Id_Set_Stays() => new ServerOptions { Name = new string('a', 40), Id = new string('b', 60) }.Id.Should().Be(new string('b', 60));
}
