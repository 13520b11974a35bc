using System.Xml.Linq;

namespace Micro.Packages.Tests;

/// <summary>
/// Two services that call each other, each with a <c>.proto</c> file of its own, and a project that references both: with a shared
/// contracts project, and with internal copies of the files in each project.
/// </summary>
[Collection(PackedRepositoryCollection.Name)]
public sealed class SharedProtoTests(PackedRepository repository)
{
    private const string Tools = """<PackageReference Include="Grpc.Tools" Version="GRPC_TOOLS" PrivateAssets="all" />""";

    private const string OrdersProto = """
        syntax = "proto3";
        package orders;
        option csharp_namespace = "Shop.Contracts";

        service Orders {
          rpc Place(PlaceRequest) returns (PlaceReply);
          rpc Describe(OrderKey) returns (OrderText);
        }

        message PlaceRequest { string item = 1; }
        message PlaceReply { string text = 1; }
        message OrderKey { int32 number = 1; }
        message OrderText { string text = 1; }
        """;

    private const string StockProto = """
        syntax = "proto3";
        package stock;
        option csharp_namespace = "Shop.Contracts";

        service Stock {
          rpc Reserve(ReserveRequest) returns (ReserveReply);
        }

        message ReserveRequest { string item = 1; int32 order = 2; }
        message ReserveReply { string text = 1; }
        """;

    private const string OrdersHost = """
        using Grpc.Core;
        using Micro;
        using Shop.Contracts;

        namespace Shop;

        public static class OrdersHost
        {
            public static MicroService Create(Action<MicroServiceOptions> configure, string[]? args = null)
            {
                var service = MicroService.Create(o => configure(o.Name("orders")), args);
                service.Handle(new OrdersHandler(new Stock.StockClient(service.Client.AsCallInvoker("stock"))));
                return service;
            }
        }

        internal sealed class OrdersHandler(Stock.StockClient stock) : Orders.OrdersBase
        {
            public override async Task<PlaceReply> Place(PlaceRequest request, ServerCallContext context)
            {
                var reserved = await stock.ReserveAsync(new ReserveRequest { Item = request.Item, Order = 7 });
                return new PlaceReply { Text = reserved.Text };
            }

            public override Task<OrderText> Describe(OrderKey request, ServerCallContext context) =>
                Task.FromResult(new OrderText { Text = $"order {request.Number}" });
        }
        """;

    private const string StockHost = """
        using Grpc.Core;
        using Micro;
        using Shop.Contracts;

        namespace Shop;

        public static class StockHost
        {
            public static MicroService Create(Action<MicroServiceOptions> configure, string[]? args = null)
            {
                var service = MicroService.Create(o => configure(o.Name("stock")), args);
                service.Handle(new StockHandler(new Orders.OrdersClient(service.Client.AsCallInvoker("orders"))));
                return service;
            }
        }

        internal sealed class StockHandler(Orders.OrdersClient orders) : Stock.StockBase
        {
            public override async Task<ReserveReply> Reserve(ReserveRequest request, ServerCallContext context)
            {
                var order = await orders.DescribeAsync(new OrderKey { Number = request.Order });
                return new ReserveReply { Text = $"{request.Item} reserved for {order.Text}" };
            }
        }
        """;

    private const string ShopProgram = """
        using Micro;
        using Micro.Registry;
        using Shop;
        using Shop.Contracts;

        await using var registry = MemoryRegistry.Create();
        await using var stock = StockHost.Create(Configure);
        await using var orders = OrdersHost.Create(Configure);
        await stock.StartAsync();
        await orders.StartAsync();

        var client = new Orders.OrdersClient(stock.Client.AsCallInvoker("orders"));
        Console.WriteLine((await client.PlaceAsync(new PlaceRequest { Item = "tea" })).Text);

        void Configure(MicroServiceOptions options) => options
            .Address("127.0.0.1:0")
            .Registry(registry)
            .IgnoreEnvironment()
            .Logging(static _ => { });
        """;

    [Fact]
    public async Task Services_WithASharedContractsProject_CallEachOtherBesideEachOther()
    {
        var user = await CreateAsync("shared");
        await user.WriteAsync("Contracts/Contracts.csproj", Project("Library", Tools + """
            <PackageReference Include="Google.Protobuf" Version="GOOGLE_PROTOBUF" />
            <PackageReference Include="Grpc.Core.Api" Version="GRPC_CORE_API" />
            <Protobuf Include="../protos/*.proto" ProtoRoot="../protos" GrpcServices="Both" />
            """));
        const string Reference = """<ProjectReference Include="../Contracts/Contracts.csproj" />""";
        await WriteServicesAsync(user, orders: Reference, stock: Reference, shop: "");

        (await RunAsync(user)).Should().Be("tea reserved for order 7\n");
    }

    [Fact]
    public async Task Services_WithInternalCopies_CallEachOtherBesideEachOther()
    {
        var user = await CreateAsync("copies");
        await WriteServicesAsync(
            user,
            orders: Tools + Copy("orders", "Server") + Copy("stock", "Client"),
            stock: Tools + Copy("stock", "Server") + Copy("orders", "Client"),
            shop: Tools + Copy("orders", "Client"));

        (await RunAsync(user)).Should().Be("tea reserved for order 7\n");
    }

    private async Task<TemplateFolder> CreateAsync(string name)
    {
        var user = await TemplateFolder.CreateEmptyAsync(repository, name);
        await user.WriteAsync("protos/orders.proto", OrdersProto);
        await user.WriteAsync("protos/stock.proto", StockProto);
        return user;
    }

    private async Task WriteServicesAsync(TemplateFolder user, string orders, string stock, string shop)
    {
        var micro = $"""<PackageReference Include="Micro" Version="{repository.Version}" />""";
        await user.WriteAsync("Orders/Orders.csproj", Project("Exe", micro + orders));
        await user.WriteAsync("Orders/OrdersHost.cs", OrdersHost);
        await user.WriteAsync("Orders/Program.cs", "return await Shop.OrdersHost.Create(static _ => { }, args).RunAsync();");
        await user.WriteAsync("Stock/Stock.csproj", Project("Exe", micro + stock));
        await user.WriteAsync("Stock/StockHost.cs", StockHost);
        await user.WriteAsync("Stock/Program.cs", "return await Shop.StockHost.Create(static _ => { }, args).RunAsync();");
        await user.WriteAsync("Shop/Shop.csproj", Project("Exe", micro + shop + """
            <ProjectReference Include="../Orders/Orders.csproj" />
            <ProjectReference Include="../Stock/Stock.csproj" />
            """));
        await user.WriteAsync("Shop/Program.cs", ShopProgram);
    }

    private static async Task<string> RunAsync(TemplateFolder user) =>
        (await Command.RunAsync("dotnet", await user.BuildAsync("Shop"))).Succeeded().Output;

    private static string Copy(string file, string services) =>
        $"""<Protobuf Include="../protos/{file}.proto" ProtoRoot="../protos" GrpcServices="{services}" Access="Internal" />""";

    private static string Project(string kind, string items) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>{kind}</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            {items}
          </ItemGroup>
        </Project>
        """
        .Replace("GOOGLE_PROTOBUF", VersionOf("Google.Protobuf"), StringComparison.Ordinal)
        .Replace("GRPC_CORE_API", VersionOf("Grpc.Core.Api"), StringComparison.Ordinal)
        .Replace("GRPC_TOOLS", VersionOf("Grpc.Tools"), StringComparison.Ordinal);

    /// <summary>The version with which this repository builds.</summary>
    private static string VersionOf(string package) =>
        XDocument.Load(Path.Combine(RepositoryRoot.Find(), "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(version => version.Attribute("Include")!.Value == package).Attribute("Version")!.Value;
}
