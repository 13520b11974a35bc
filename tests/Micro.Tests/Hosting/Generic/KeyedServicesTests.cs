using Micro.Client;
using Micro.Registry;
using Micro.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Tests.Hosting.Generic;

public sealed class KeyedServicesTests
{
    [Fact]
    public async Task Start_TwoServices_EachHasItsOwnNameHandlersAndParts()
    {
        await using var registry = MemoryRegistry.Create();
        await using var host = await TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddMicro("orders").Handle<int, string>("Orders.Get", (id, _) => Task.FromResult($"order {id}"));
                builder.Services.AddMicro("billing", options => options.Name("invoices")).Handle<int, string>("Invoices.Get", (id, _) => Task.FromResult($"invoice {id}"));
            },
            registry);
        var orders = host.Services.GetRequiredKeyedService<MicroService>("orders");
        var billing = host.Services.GetRequiredKeyedService<MicroService>("billing");

        (orders.Name, billing.Name).Should().Be(("orders", "invoices"));
        orders.Server.Address.Should().NotBe(billing.Server.Address);
        (await host.Services.GetRequiredKeyedService<IMicroClient>("billing").CallAsync<int, string>("orders", "Orders.Get", 7)).Should().Be("order 7");
        (await host.Services.GetRequiredKeyedService<IMicroClient>("orders").CallAsync<int, string>("invoices", "Invoices.Get", 8)).Should().Be("invoice 8");
        host.Services.GetRequiredKeyedService<IMicroServer>("orders").Record!.Endpoints.Select(endpoint => endpoint.Name).Should().Equal("Orders.Get");
        (await host.Services.GetRequiredKeyedService<IRegistry>("orders").ListServicesAsync()).Select(service => service.Name).Should().Equal("invoices", "orders");
        host.Services.GetService<MicroService>().Should().BeNull("none was added without a key");
    }

    [Fact]
    public void Build_SectionOfTheKey_WinsOverTheSharedOne()
    {
        var host = Build(
            new()
            {
                ["Micro:RegisterTtl"] = "40",
                ["Micro:ServerMetadata:zone"] = "shared",
                ["Micro:ServerMetadata:rack"] = "shared",
                ["Micro:orders:RegisterTtl"] = "50",
                ["Micro:orders:ServerName"] = "shop",
                ["Micro:orders:ServerMetadata:zone"] = "own",
            });

        var orders = host.Services.GetRequiredKeyedService<MicroService>("orders");
        var billing = host.Services.GetRequiredKeyedService<MicroService>("billing");

        (orders.Name, orders.Server.Options.RegisterTtl).Should().Be(("shop", TimeSpan.FromSeconds(50)));
        (billing.Name, billing.Server.Options.RegisterTtl).Should().Be(("billing", TimeSpan.FromSeconds(40)));
        orders.Server.Options.Metadata.Should().Contain("zone", "own").And.Contain("rack", "shared");
        billing.Server.Options.Metadata.Should().Contain("zone", "shared");
    }

    [Fact]
    public void Build_WhatMakesAService_IsNotSharedByAll()
    {
        var host = Build(
            new() { ["Micro:ServerName"] = "both" },
            new() { ["MICRO_SERVER_ADDRESS"] = "127.0.0.1:9001", ["MICRO_REGISTER_TTL"] = "77" });

        var orders = host.Services.GetRequiredKeyedService<MicroService>("orders");

        (orders.Name, orders.Server.Options.Address, orders.Server.Options.RegisterTtl).Should().Be(("orders", "127.0.0.1:0", TimeSpan.FromSeconds(77)));
        host.Logs.Entries.Select(entry => entry.Message).Should()
            .Contain("Setting without effect: server_address from MICRO_SERVER_ADDRESS is not for service 'orders': give Micro:orders:ServerAddress")
            .And.Contain("Setting without effect: server_name from Micro:ServerName is not for service 'orders': give Micro:orders:ServerName");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("registry")]
    public void AddMicro_KeyThatConfigurationCannotHold_Throws(string key) =>
        FluentActions.Invoking(() => new ServiceCollection().AddMicro(key)).Should().Throw<ArgumentException>();

    private static TestHost Build(Dictionary<string, string?> configuration, Dictionary<string, string?>? environment = null) =>
        TestHost.Build(
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(configuration);
                builder.Services.AddMicro("orders");
                builder.Services.AddMicro("billing");
            },
            environment: environment);
}
