/** The grammar of statements, and of what bodies and files have in common: bindings, parameters, models. */
import { ExpressionGrammar } from './grammar-expressions.js';
import {
  Colon,
  Comma,
  Equals,
  Identifier,
  LeftArrow,
  LeftBracket,
  LeftParenthesis,
  RightBracket,
  RightParenthesis,
  Tilde,
  UpdatedName,
  words,
} from './tokens.js';

export abstract class StatementGrammar extends ExpressionGrammar {
  protected readonly block = this.RULE('block', () => {
    this.braced((another) => {
      this.MANY({
        GATE: () => this.beginsStatement(),
        DEF: () => {
          another();
          this.SUBRULE(this.statement);
        },
      });
    });
  });

  protected readonly statement = this.RULE('statement', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.letStatement) },
      { ALT: () => this.SUBRULE(this.stateStatement) },
      { ALT: () => this.SUBRULE(this.paramDeclaration) },
      { ALT: () => this.SUBRULE(this.modelDeclaration) },
      { ALT: () => this.SUBRULE(this.ifStatement) },
      { ALT: () => this.SUBRULE(this.returnStatement) },
      { ALT: () => this.SUBRULE(this.assertStatement) },
      { ALT: () => this.SUBRULE(this.forStatement) },
      { ALT: () => this.SUBRULE(this.perStatement) },
      { ALT: () => this.SUBRULE(this.whileStatement) },
      { ALT: () => this.SUBRULE(this.updateStatement) },
    ]);
  });

  protected readonly letStatement = this.RULE('letStatement', () => {
    this.CONSUME(words.let);
    this.SUBRULE(this.letBinding);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.letBinding);
    });
  });

  protected readonly stateStatement = this.RULE('stateStatement', () => {
    this.CONSUME(words.state);
    this.SUBRULE(this.letBinding);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.letBinding);
    });
  });

  protected readonly ifStatement = this.RULE('ifStatement', () => {
    const depth = this.enter();
    this.CONSUME(words.if);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.block);
    this.OPTION(() => {
      this.CONSUME(words.else);
      this.OR([
        { ALT: () => this.SUBRULE2(this.block, { LABEL: 'otherwise' }) },
        { ALT: () => this.SUBRULE(this.ifStatement) },
      ]);
    });
    this.nesting = depth;
  });

  protected readonly returnStatement = this.RULE('returnStatement', () => {
    this.CONSUME(words.return);
    this.SUBRULE(this.expression);
  });

  protected readonly assertStatement = this.RULE('assertStatement', () => {
    this.CONSUME(words.assert);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(words.within);
      this.SUBRULE2(this.expression, { LABEL: 'tolerance' });
    });
  });

  protected readonly forStatement = this.RULE('forStatement', () => {
    this.CONSUME(words.for);
    this.SUBRULE(this.name);
    this.CONSUME(words.in);
    this.SUBRULE(this.expression, { LABEL: 'range' });
    this.OPTION(() => {
      this.CONSUME(words.while);
      this.SUBRULE2(this.expression, { LABEL: 'condition' });
    });
    this.SUBRULE(this.block);
  });

  /** `per tensor { ... }`; `per matrix (r, c) { ... } else { ... }` is reserved. */
  protected readonly perStatement = this.RULE('perStatement', () => {
    this.CONSUME(words.per);
    this.CONSUME(Identifier);
    this.OPTION(() => {
      this.CONSUME(LeftParenthesis);
      this.CONSUME2(Identifier);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.CONSUME3(Identifier);
      });
      this.CONSUME(RightParenthesis);
    });
    this.SUBRULE(this.block);
    this.OPTION2(() => {
      this.CONSUME(words.else);
      this.SUBRULE2(this.block, { LABEL: 'otherwise' });
    });
  });

  /** Not in the language, which has bounded loops only; parsed to say so. */
  protected readonly whileStatement = this.RULE('whileStatement', () => {
    this.CONSUME(words.while);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.block);
  });

  protected readonly updateStatement = this.RULE('updateStatement', () => {
    this.CONSUME(UpdatedName);
    this.OPTION(() => this.SUBRULE(this.indices));
    this.OR([{ ALT: () => this.CONSUME(LeftArrow) }, { ALT: () => this.CONSUME(Equals) }]);
    this.SUBRULE(this.expression);
  });

  // ------------------------------------------------------------------------- shared with declarations

  protected readonly binding = this.RULE('binding', () => {
    this.OR([{ ALT: () => this.CONSUME(Equals) }, { ALT: () => this.CONSUME(Tilde) }]);
    this.SUBRULE(this.expression);
  });

  protected readonly letBinding = this.RULE('letBinding', () => {
    this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(Colon);
      this.SUBRULE(this.type);
    });
    this.SUBRULE(this.binding);
  });

  protected readonly paramDeclaration = this.RULE('paramDeclaration', () => {
    this.CONSUME(words.param);
    this.SUBRULE(this.name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => this.SUBRULE(this.setClause));
    this.OPTION2(() => this.SUBRULE(this.binding));
  });

  /** `in SET by HOW`. */
  protected readonly setClause = this.RULE('setClause', () => {
    this.CONSUME(words.in);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(words.by);
      this.SUBRULE2(this.expression);
    });
  });

  protected readonly modelDeclaration = this.RULE('modelDeclaration', () => {
    this.CONSUME(words.model);
    this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(LeftBracket);
      this.SUBRULE(this.expression, { LABEL: 'copies' });
      this.CONSUME(RightBracket);
    });
    this.CONSUME(Equals);
    this.SUBRULE2(this.expression, { LABEL: 'value' });
    this.OPTION2(() => this.SUBRULE(this.everyClause));
  });

  /** `every 10 epochs`. */
  protected readonly everyClause = this.RULE('everyClause', () => {
    this.CONSUME(words.every);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.unit);
  });

  protected readonly unit = this.RULE('unit', () => {
    this.OR([
      { ALT: () => this.CONSUME(words.steps) },
      { ALT: () => this.CONSUME(words.step) },
      { ALT: () => this.CONSUME(words.epochs) },
      { ALT: () => this.CONSUME(words.epoch) },
    ]);
  });
}
