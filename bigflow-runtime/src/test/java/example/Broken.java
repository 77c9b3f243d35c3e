// SPDX-License-Identifier: Apache-2.0
package example;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

/** Everything that can be wrong with a definition. */
public final class Broken {
  private final String id = "outer";

  private Broken() {}

  public abstract static class Abstract implements WorkflowDefinition {}

  public static final class NoDefault implements WorkflowDefinition {
    private final String id;

    public NoDefault(String id) {
      this.id = id;
    }

    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder(id).build();
    }
  }

  public final class Inner implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder(Broken.this.id).build();
    }
  }

  public static final class ConstructorThrows implements WorkflowDefinition {
    public ConstructorThrows() {
      throw new IllegalStateException("no network here.");
    }

    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder("x").build();
    }
  }

  public static final class InitializerThrows implements WorkflowDefinition {
    static final int VALUE = Integer.parseInt("seven");

    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder("x" + VALUE).build();
    }
  }

  public static final class DefineThrows implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder("x").task(deeper()).build();
    }

    private static Task deeper() {
      throw new NoClassDefFoundError("com/acme/Missing");
    }
  }

  @SuppressWarnings("InfiniteRecursion")
  public static final class Overflows implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return new Overflows().define(context);
    }
  }

  public static final class NeedsConfig implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder(context.config().get("no.such.key")).build();
    }
  }

  public static final class WrongAccount implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder("x").impersonateServiceAccount("me@gmail.com").build();
    }
  }

  @SuppressWarnings("NullAway")
  public static final class ReturnsNull implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return null;
    }
  }

  @SuppressWarnings("NullAway")
  public static final class NullId implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder("x").task(Task.job(null, job -> {})).build();
    }
  }

  public static WorkflowDefinition local() {
    return new WorkflowDefinition() {
      @Override
      public Workflow define(DefinitionContext context) {
        return Workflow.builder("x").build();
      }
    };
  }
}
