namespace Micro.Registry.Mdns.Tests;

/// <summary>Tests by what a container is known.</summary>
public sealed class ContainerTests
{
    [Theory]
    [InlineData("DOTNET_RUNNING_IN_CONTAINER", "true", "", true)]
    [InlineData("DOTNET_RUNNING_IN_CONTAINER", "1", "", true)]
    [InlineData("DOTNET_RUNNING_IN_CONTAINER", "false", "", false)]
    [InlineData("KUBERNETES_SERVICE_HOST", "10.0.0.1", "", true)]
    [InlineData("HOME", "/root", "/.dockerenv", true)]
    [InlineData("HOME", "/root", "/run/.containerenv", true)]
    [InlineData("HOME", "/root", "/etc/hosts", false)]
    public void IsHere_MarksOfContainers_AreKnown(string variable, string value, string file, bool expected) =>
        Container.IsHere(name => name == variable ? value : null, name => name == file).Should().Be(expected);
}
